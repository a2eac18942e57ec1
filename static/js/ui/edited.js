// @ts-check
/**
 * Who wrote a field last, and when, with time going on; and the brief light on a field that somebody just changed.
 *
 * @typedef {import('../document/operations.js').Address} Address
 * @typedef {Pick<import('../sync/client.js').SyncClient, 'cell' | 'you'>} Client
 */

import { find, say } from './dom.js';
import { ago } from './times.js';

const EVERY = 20_000;
const RECENT = 10 * 60_000;
const LIT = 1700;

export class Edited {
    #client;
    #places;
    #notes;

    /**
     * @param {Client} client
     * @param {import('./places.js').Places} places
     * @param {import('./notes.js').Notes} notes
     */
    constructor(client, places, notes) {
        this.#client = client;
        this.#places = places;
        this.#notes = notes;
    }

    /** @param {HTMLElement} root */
    listen(root) {
        root.addEventListener('focusin', () => this.drawLine());
        root.addEventListener('focusout', () => this.drawLine());
        setInterval(() => this.drawAll(), EVERY);
    }

    drawAll() {
        for (const [field, place] of this.#places.fields()) {
            this.#draw({ field }, place);
        }
        this.drawLine();
    }

    /**
     * A field changed.
     *
     * @param {Address} address
     * @param {{light: boolean}} options
     */
    changed(address, { light }) {
        const place = this.#places.at(address);
        if (place === null) {
            return;
        }
        if (address.table === undefined) {
            this.#draw(address, place);
        } else {
            this.drawLine();
        }
        if (light) {
            flash(place);
        }
    }

    /** Under a table: the cell one is in. */
    drawLine() {
        const address = this.#places.addressOf(document.activeElement);
        for (const line of document.querySelectorAll('[data-table-note]')) {
            const isHere =
                address?.table !== undefined && line.closest('[data-table]') === this.#places.table(address.table);
            const note = isHere && address !== null ? this.#notes.textAt(address) : '';
            say(line, isHere && address !== null ? note || this.#textFor(address) : '');
            line.classList.toggle('is-warning', note !== '');
        }
    }

    /**
     * @param {Address} address
     * @param {HTMLElement} place
     */
    #draw(address, place) {
        const line = find(place, '[data-edited]');
        const { by, at } = this.#client.cell(address);
        say(line, this.#textFor(address));
        const isOthers = by !== null && by.id !== this.#client.you?.user.id;
        line.classList.toggle('is-recent', isOthers && at !== null && Date.now() - Date.parse(at) < RECENT);
    }

    /** @param {Address} address */
    #textFor(address) {
        const { by, at } = this.#client.cell(address);
        if (by === null || at === null) {
            return '';
        }
        const who = by.id === this.#client.you?.user.id ? 'you' : by.name;
        return `Last edited by ${who}, ${ago(at, Date.now())}`;
    }
}

/** @param {HTMLElement} place */
function flash(place) {
    place.classList.remove('is-changed');
    void place.offsetWidth; // the light starts again with every change
    place.classList.add('is-changed');
    const name = String(Date.now());
    place.dataset.changed = name;
    setTimeout(() => {
        if (place.dataset.changed === name) {
            place.classList.remove('is-changed');
        }
    }, LIT);
}
