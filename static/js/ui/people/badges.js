// @ts-check
/**
 * The names on the fields that others are in, a coloured edge around each, and a mark on the row.
 *
 * Badges stand where room is kept for them, so nothing moves when they come and go. Only what changed is touched.
 *
 * @typedef {import('../../sync/types.js').Person} Person
 * @typedef {import('../../document/operations.js').Address} Address
 */

import { keyOf } from '../../document/operations.js';
import { make } from '../dom.js';
import { byUser, paint } from './person.js';

const SHOWN = 2;

export class Badges {
    #places;
    /** @type {Map<HTMLElement, string>} what each marked place shows */
    #drawn = new Map();
    /** @type {Set<HTMLElement>} */
    #rows = new Set();

    /** @param {import('../places.js').Places} places */
    constructor(places) {
        this.#places = places;
    }

    /** @param {Person[]} others */
    draw(others) {
        const marked = this.#placesOf(others);
        for (const place of [...this.#drawn.keys()].filter((place) => !marked.has(place))) {
            this.#clear(place);
        }
        marked.forEach((people, place) => this.#mark(place, byUser(people)));
        this.#markRows(marked);
    }

    /**
     * @param {Person[]} others
     * @returns {Map<HTMLElement, Person[]>}
     */
    #placesOf(others) {
        /** @type {Map<string, {place: HTMLElement, people: Person[]}>} */
        const found = new Map();
        for (const person of others) {
            const place = person.at === null ? null : this.#places.at(person.at);
            if (place !== null && person.at !== null) {
                const entry = found.get(keyOf(person.at)) ?? { place, people: [] };
                entry.people.push(person);
                found.set(keyOf(person.at), entry);
            }
        }
        return new Map([...found.values()].map(({ place, people }) => [place, people]));
    }

    /**
     * @param {HTMLElement} place
     * @param {Person[]} people
     */
    #mark(place, people) {
        const names = people.map((person) => person.user.name);
        const shows = JSON.stringify(people.map((person) => [person.user.name, person.color]));
        if (this.#drawn.get(place) === shows) {
            return;
        }
        this.#drawn.set(place, shows);
        place.classList.add('has-people');
        paint(place, people[0].color);
        const badges = badgesIn(place);
        badges.replaceChildren(...people.slice(0, SHOWN).map(badge));
        if (people.length > SHOWN) {
            badges.append(make('span', { class: 'badge', text: `+${people.length - SHOWN}` }));
        }
        badges.title = names.join(', ');
    }

    /** @param {HTMLElement} place */
    #clear(place) {
        this.#drawn.delete(place);
        place.classList.remove('has-people');
        paint(place, null);
        const badges = badgesIn(place);
        badges.replaceChildren();
        badges.title = '';
    }

    /** @param {Map<HTMLElement, Person[]>} marked */
    #markRows(marked) {
        /** @type {Map<HTMLElement, Person>} */
        const rows = new Map();
        for (const [place, people] of marked) {
            const row = place.closest('[data-row]');
            if (row instanceof HTMLElement) {
                rows.set(row, people[0]);
            }
        }
        for (const row of this.#rows) {
            if (!rows.has(row)) {
                row.classList.remove('has-people');
                paint(row, null);
            }
        }
        for (const [row, person] of rows) {
            row.classList.add('has-people');
            paint(row, person.color);
        }
        this.#rows = new Set(rows.keys());
    }
}

/** @param {Person} person */
function badge(person) {
    const element = make('span', { class: 'badge', text: person.user.name });
    paint(element, person.color);
    return element;
}

/**
 * A field has its place for badges; a cell gets one when first needed, for most of thousands never do.
 *
 * @param {HTMLElement} place
 * @returns {HTMLElement}
 */
function badgesIn(place) {
    let badges = place.querySelector('.badges');
    if (badges === null) {
        badges = make('span', { class: 'badges' });
        place.append(badges);
    }
    return /** @type {HTMLElement} */ (badges);
}
