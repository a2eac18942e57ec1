// @ts-check
/**
 * Who is here, in the bar of the form and in its list of sections. Pressing a person goes to where they are.
 *
 * @typedef {import('../../sync/types.js').Person} Person
 */

import { find, make } from '../dom.js';
import { avatar, byUser } from './person.js';

const SHOWN = 5;
const SHOWN_IN_SECTION = 3;

export class PeopleBar {
    #list;
    #links;
    #places;
    #go;
    #drawn = '';

    /**
     * @param {HTMLElement} root
     * @param {import('../places.js').Places} places
     * @param {(person: Person) => void} go
     */
    constructor(root, places, go) {
        this.#list = find(root, '[data-people]');
        this.#links = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-section-link]'));
        this.#places = places;
        this.#go = go;
    }

    /**
     * @param {Person[]} others
     * @param {Person | null} you
     */
    draw(others, you) {
        const people = byUser(others.filter((person) => person.user.id !== you?.user.id));
        const entries = people.map((person) => ({ person, where: this.#whereIs(person) }));
        const drawn = JSON.stringify([
            entries.map(({ person, where }) => [person.user, person.color, where]),
            you?.user,
        ]);
        if (drawn === this.#drawn) {
            return; // somebody's caret moved: the pointer may be on a name, so nothing is made anew
        }
        this.#drawn = drawn;
        this.#drawList(entries, you);
        this.#drawSections(people);
    }

    /**
     * @param {{person: Person, where: string}[]} entries
     * @param {Person | null} you
     */
    #drawList(entries, you) {
        const held = document.activeElement?.closest('[data-person]')?.getAttribute('data-person');
        const shown = entries.length > SHOWN + 1 ? entries.slice(0, SHOWN) : entries;
        const items = shown.map((entry) => make('li', {}, this.#button(entry)));
        if (shown.length < entries.length) {
            items.push(this.#more(entries.slice(shown.length)));
        }
        if (you !== null) {
            items.push(
                make(
                    'li',
                    {},
                    make(
                        'span',
                        { class: 'person', 'aria-disabled': 'true' },
                        avatar(you),
                        make('span', { class: 'person-name', text: 'You' }),
                    ),
                ),
            );
        }
        this.#list.replaceChildren(...items);
        if (held) {
            /** @type {HTMLElement | null} */ (
                this.#list.querySelector(`[data-person="${CSS.escape(held)}"]`)
            )?.focus();
        }
    }

    /** @param {{person: Person, where: string}} entry */
    #button({ person, where }) {
        const { id, name } = person.user;
        const label = where ? `${name}, in ${where}. Go there` : `${name}, here`;
        return make(
            'button',
            {
                type: 'button',
                class: 'person',
                'data-person': id,
                'aria-label': label,
                title: label,
                'aria-disabled': where === '',
                on: { click: () => this.#go(person) },
            },
            avatar(person),
            make('span', { class: 'person-name', text: name }),
        );
    }

    /** @param {{person: Person, where: string}[]} rest */
    #more(rest) {
        const list = make('ul', {}, ...rest.map((entry) => make('li', {}, this.#button(entry))));
        const summary = make('summary', {
            class: 'person person-more',
            text: `+${rest.length}`,
            'aria-label': `${rest.length} more people`,
        });
        return make('li', {}, make('details', { class: 'people-list' }, summary, list));
    }

    /** @param {Person[]} people */
    #drawSections(people) {
        for (const link of this.#links) {
            const here = people.filter(
                ({ at }) => at !== null && this.#places.sectionOf(at) === link.dataset.sectionLink,
            );
            const names = here.map((person) => person.user.name).join(', ');
            const marks = here.slice(0, SHOWN_IN_SECTION).map(avatar);
            const text = here.length === 0 ? [] : [make('span', { class: 'visually-hidden', text: ` (${names})` })];
            find(link, '[data-section-people]').replaceChildren(...marks, ...text);
            link.title = names;
        }
    }

    /** @param {Person} person */
    #whereIs({ at }) {
        return at !== null && this.#places.at(at) !== null ? this.#places.nameOf(at) : '';
    }
}
