// @ts-check
/**
 * The list at the top of what is missing before the form can be submitted; each entry leads to its field.
 *
 * Owns the elements; an entry goes when it is mended. Must not know who found it.
 *
 * @typedef {import('../../document/completeness.js').Shortcoming} Shortcoming
 * @typedef {import('../../document/operations.js').Address} Address
 */

import { keyOf } from '../../document/operations.js';
import { button, find, goTo, make, say } from '../dom.js';
import { focusableIn } from '../places.js';
import { problemsTitle } from './words.js';

const MOST = 100;

export class ProblemList {
    #places;
    #section;
    #title;
    #list;
    #more;
    /** @type {Map<string, {item: HTMLElement, link: HTMLElement, message: HTMLElement}>} */
    #items = new Map();

    /**
     * @param {HTMLElement} root
     * @param {import('../places.js').Places} places
     * @param {{submit: () => void, hide: () => void}} ways
     */
    constructor(root, places, { submit, hide }) {
        this.#places = places;
        this.#section = find(root, '[data-problems]');
        this.#title = find(this.#section, '[data-problems-title]');
        this.#list = find(this.#section, '[data-problems-list]');
        this.#more = make('p', { class: 'problems-more' });
        const actions = make(
            'div',
            { class: 'actions problems-done' },
            button('Submit', submit, 'button button-small button-primary'),
        );
        this.#section.append(this.#more, actions);
        find(this.#section, '[data-hide-problems]').addEventListener('click', hide);
    }

    /** @param {readonly Shortcoming[]} problems none: all is mended */
    draw(problems) {
        const isDone = problems.length === 0;
        this.#section.hidden = false;
        this.#section.classList.toggle('is-done', isDone);
        say(this.#title, isDone ? 'Nothing is missing any more' : problemsTitle(problems.length));
        const shown = problems.slice(0, MOST);
        const left = problems.length - shown.length;
        say(this.#more, left === 0 ? '' : `And ${left} more, further down.`);
        this.#drawItems(shown);
    }

    hide() {
        this.#section.hidden = true;
    }

    /** Leads the person there. */
    visit() {
        goTo(this.#title);
    }

    /** @param {readonly Shortcoming[]} problems */
    #drawItems(problems) {
        const wanted = new Set(problems.map((problem) => keyOf(problem)));
        for (const [key, { item }] of this.#items) {
            if (!wanted.has(key)) {
                this.#take(key, item);
            }
        }
        problems.forEach((problem, index) => {
            const { item, link, message } = this.#itemOf(problem);
            say(link, this.#places.nameOf(problem));
            say(message, problem.message);
            if (this.#list.children[index] !== item) {
                this.#list.insertBefore(item, this.#list.children[index] ?? null);
            }
        });
    }

    /** @param {Shortcoming} problem */
    #itemOf(problem) {
        const key = keyOf(problem);
        const known = this.#items.get(key);
        if (known !== undefined) {
            return known;
        }
        const link = make('a', {
            href: '#problems-title',
            on: { click: (/** @type {Event} */ event) => (event.preventDefault(), this.#lead(problem)) },
        });
        const message = make('span', { class: 'problem-message' });
        const made = { item: make('li', {}, link, ' ', message), link, message };
        this.#items.set(key, made);
        return made;
    }

    /**
     * @param {string} key
     * @param {HTMLElement} item
     */
    #take(key, item) {
        const hadFocus = item.contains(document.activeElement);
        item.remove();
        this.#items.delete(key);
        if (hadFocus) {
            this.#title.focus();
        }
    }

    /** @param {Address} address */
    #lead(address) {
        const place = this.#places.at(address);
        const target = place === null ? null : focusableIn(place);
        if (target !== null) {
            goTo(target);
        }
    }
}
