// @ts-check
/**
 * The ways into a field's history: a button in the head of each field, one below each table for the cell one was in
 * last, and a key.
 *
 * @typedef {import('../../document/operations.js').Address} Address
 */

import { find, say } from '../dom.js';

export class HistoryWays {
    #places;
    #open;
    /** @type {WeakMap<Element, Address>} the cell one was in last, by table */
    #last = new WeakMap();

    /**
     * @param {import('../places.js').Places} places
     * @param {(address: Address) => void} open
     */
    constructor(places, open) {
        this.#places = places;
        this.#open = open;
    }

    /** @param {HTMLElement} root */
    listen(root) {
        root.addEventListener('click', (event) => this.#clicked(event.target));
        root.addEventListener('focusin', (event) => this.#entered(event.target));
        document.addEventListener('keydown', (event) => this.#pressed(event));
    }

    /** @param {EventTarget | null} target */
    #clicked(target) {
        const button = target instanceof Element ? target.closest('[data-open-history]') : null;
        if (button === null) {
            return;
        }
        const table = button.closest('[data-table]');
        const address = table === null ? this.#places.addressOf(button) : (this.#last.get(table) ?? null);
        if (address !== null) {
            this.#open(address);
        }
    }

    /** @param {EventTarget | null} target */
    #entered(target) {
        const address = this.#places.addressOf(target);
        if (address?.table === undefined) {
            return;
        }
        const table = this.#places.table(address.table);
        this.#last.set(table, address);
        const button = find(table, '[data-open-history]');
        button.hidden = false;
        say(find(button, '[data-history-of]'), this.#places.nameOf(address));
    }

    /** @param {KeyboardEvent} event */
    #pressed(event) {
        const isKey = event.code === 'KeyH' && event.ctrlKey && event.altKey && !event.shiftKey && !event.metaKey;
        if (!isKey || event.getModifierState('AltGraph')) {
            return;
        }
        const address = this.#places.addressOf(document.activeElement);
        if (address !== null) {
            event.preventDefault();
            this.#open(address);
        }
    }
}
