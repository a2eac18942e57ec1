// @ts-check
/**
 * How a person is shown: initials, colour, name. Never by colour alone.
 *
 * @typedef {import('../../sync/types.js').Person} Person
 */

import { make } from '../dom.js';

const COLORS = 12;

/**
 * @param {string} name
 * @returns {string} one or two letters
 */
export function initialsOf(name) {
    const words = name.trim().split(/\s+/);
    const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
    return letters
        .map((word) => [...word][0] ?? '')
        .join('')
        .toLocaleUpperCase();
}

/**
 * The server gives a place in the palette; whatever else it may send one day is taken as a CSS colour.
 *
 * @param {HTMLElement} element
 * @param {string | number | null} color
 */
export function paint(element, color) {
    const known = element.dataset.color;
    if (known === String(color)) {
        return;
    }
    element.classList.remove(`person-color-${known}`);
    element.style.removeProperty('--person');
    element.dataset.color = String(color);
    if (color === null) {
        delete element.dataset.color;
    } else if (/^\d+$/.test(String(color))) {
        element.dataset.color = String(Number(color) % COLORS);
        element.classList.add(`person-color-${element.dataset.color}`);
    } else {
        element.style.setProperty('--person', String(color));
    }
}

/** @param {Person} person */
export function avatar(person) {
    const element = make('span', { class: 'initials', 'aria-hidden': 'true', text: initialsOf(person.user.name) });
    paint(element, person.color);
    return element;
}

/**
 * One entry for each person, however many tabs they have open; the tab in which they are somewhere speaks for them.
 *
 * @param {Iterable<Person>} sessions
 * @returns {Person[]}
 */
export function byUser(sessions) {
    /** @type {Map<string, Person>} */
    const people = new Map();
    for (const person of sessions) {
        const known = people.get(person.user.id);
        if (known === undefined || (known.at === null && person.at !== null)) {
            people.set(person.user.id, person);
        }
    }
    return [...people.values()];
}
