// @ts-check
/**
 * The one line that a field may say about itself: not saved because it is no number, out of range, needed.
 *
 * Under a field there is a line for it; a cell gets a mark, and its table's line says it while one is in the cell.
 * What is not saved stands before what is merely not right. Said on leaving a field, not while one first types in it.
 *
 * @typedef {import('../document/operations.js').Address} Address
 */

import { keyOf } from '../document/operations.js';
import { isEmpty, report } from '../document/values.js';
import { find, make, say } from './dom.js';
import { controlIn } from './places.js';

/** @typedef {{message: string, action?: {label: string, press: () => void}}} Urgent */

export class Notes {
    #places;
    /** @type {Map<string, Urgent & {address: Address}>} what is not saved, or waits */
    #urgent = new Map();
    /** @type {Map<string, {message: string, address: Address}>} what is not right */
    #soft = new Map();
    /** @type {Set<string>} where one has been: only there an empty field is called needed */
    #visited = new Set();
    /** @type {() => void} */
    onchange = () => {};

    /** @param {import('./places.js').Places} places */
    constructor(places) {
        this.#places = places;
    }

    /** How many entries are on the screen and nowhere else. */
    get unsaved() {
        return this.#urgent.size;
    }

    /** Where these entries are. @returns {Address[]} */
    get unsavedPlaces() {
        return [...this.#urgent.values()].map(({ address }) => address);
    }

    /**
     * @param {Address} address
     * @param {Urgent | null} urgent
     */
    urge(address, urgent) {
        const key = keyOf(address);
        if (urgent === null ? this.#urgent.delete(key) : this.#urgent.set(key, { ...urgent, address })) {
            this.#draw(address);
            this.onchange();
        }
    }

    /** @param {Address} address */
    visited(address) {
        this.#visited.add(keyOf(address));
    }

    /**
     * What is to be said of a value that is saved.
     *
     * @param {Address} address
     * @param {any} value
     * @param {{typing?: boolean}} [options] typing: only take back or correct what is said already
     */
    judge(address, value, { typing = false } = {}) {
        const field = this.#places.definitionOf(address);
        const key = keyOf(address);
        if (field === null || (typing && !this.#soft.has(key))) {
            return;
        }
        const silent = isEmpty(value) && !this.#visited.has(key);
        const message = silent
            ? ''
            : report(field, value)
                  .map((problem) => problem.message)
                  .join(' ');
        if ((this.#soft.get(key)?.message ?? '') === message) {
            return;
        }
        if (message === '') {
            this.#soft.delete(key);
        } else {
            this.#soft.set(key, { message, address });
        }
        this.#draw(address);
    }

    /**
     * @param {Address} address
     * @returns {string}
     */
    textAt(address) {
        const key = keyOf(address);
        return (this.#urgent.get(key) ?? this.#soft.get(key))?.message ?? '';
    }

    /** Forgets what was said of rows that are gone: it is not on the screen any more, nor can it be put right. */
    sweep() {
        const before = this.#urgent.size;
        for (const said of [this.#urgent, this.#soft]) {
            for (const [key, { address }] of said) {
                if (this.#places.at(address) === null) {
                    said.delete(key);
                }
            }
        }
        if (this.#urgent.size < before) {
            this.onchange();
        }
    }

    /** @param {Address} address */
    #draw(address) {
        const place = this.#places.at(address);
        if (place === null) {
            return;
        }
        const message = this.textAt(address);
        place.classList.toggle('has-note', message !== '');
        find(place, '[data-control-box]').classList.toggle('has-note', message !== '');
        controlIn(place)?.toggleAttribute('aria-invalid', false);
        if (message !== '' && controlIn(place)?.getAttribute('role') !== 'group') {
            controlIn(place)?.setAttribute('aria-invalid', 'true');
        }
        if (address.table === undefined) {
            this.#drawLine(find(place, '[data-note]'), address, message);
        } else {
            describe(controlIn(place), message);
        }
    }

    /**
     * @param {HTMLElement} line
     * @param {Address} address
     * @param {string} message
     */
    #drawLine(line, address, message) {
        const action = this.#urgent.get(keyOf(address))?.action;
        say(line, message);
        if (action !== undefined) {
            line.append(
                ' ',
                make('button', {
                    type: 'button',
                    class: 'button-quiet',
                    text: action.label,
                    on: { click: action.press },
                }),
            );
        }
    }
}

/**
 * @param {HTMLElement | null} control
 * @param {string} message
 */
function describe(control, message) {
    if (message === '') {
        control?.removeAttribute('aria-description');
    } else {
        control?.setAttribute('aria-description', message);
    }
}
