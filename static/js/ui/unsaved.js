// @ts-check
/**
 * What of a live form is on this page and nowhere else, in words that can be read, copied, and pasted somewhere.
 *
 * Makes nothing and changes nothing: it puts together what the sync client and the fields keep.
 *
 * @typedef {import('../document/operations.js').Address} Address
 * @typedef {import('../document/operations.js').Op} Op
 * @typedef {import('../document/operations.js').RowOp} RowOp
 * @typedef {import('../sync/types.js').Refusal} Refusal
 * @typedef {Pick<import('../sync/client.js').SyncClient, 'value' | 'unanswered' | 'refusals'>} Client
 * @typedef {{name: string, text: string}} Typed a place, and what was typed there
 */

import { addressOf, keyOf, rowKeyOf } from '../document/operations.js';
import { wordsOf } from './refusals/panel.js';

const ROW_WORDS = {
    add_row: 'a new row',
    remove_row: 'a row removed',
    restore_row: 'a row brought back',
    move_row: 'a row moved',
};

export class UnsavedEdits {
    #client;
    #places;
    #notes;
    #show;

    /**
     * @param {Client} client
     * @param {import('./places.js').Places} places
     * @param {import('./notes.js').Notes} notes
     * @param {(address: Address, value: any) => string} show
     */
    constructor(client, places, notes, show) {
        this.#client = client;
        this.#places = places;
        this.#notes = notes;
        this.#show = show;
    }

    /** @returns {Typed[]} of each place what its author last wanted there; what was refused stands for itself */
    list() {
        const refused = this.#client.refusals.map((refusal) => this.#refused(refusal));
        /** @type {Map<string, Typed>} */
        const waiting = new Map();
        for (const op of this.#client.unanswered) {
            const address = addressOf(op);
            const key = address === null ? `${op.kind}/${rowKeyOf(/** @type {RowOp} */ (op))}` : keyOf(address);
            waiting.set(key, this.#waiting(op, address));
        }
        for (const address of this.#notes.unsavedPlaces) {
            const text = this.#places.control(address)?.value || 'something unfinished';
            waiting.set(keyOf(address), { name: this.#places.nameOf(address), text });
        }
        return [...refused, ...waiting.values()];
    }

    /**
     * @param {Op} op
     * @param {Address | null} address
     * @returns {Typed}
     */
    #waiting(op, address) {
        return address === null
            ? this.#row(/** @type {RowOp} */ (op), '')
            : this.#cell(address, this.#show(address, this.#client.value(address)));
    }

    /**
     * @param {Refusal} refusal
     * @returns {Typed}
     */
    #refused({ op, address, mine }) {
        return address === null
            ? this.#row(/** @type {RowOp} */ (op), wordsOf(mine, (value) => value ?? ''))
            : this.#cell(address, wordsOf(mine, (value) => this.#show(address, value)));
    }

    /**
     * @param {Address} address
     * @param {string} text
     */
    #cell(address, text) {
        return { name: this.#places.nameOf(address), text: text || 'nothing' };
    }

    /**
     * @param {RowOp} op
     * @param {string} text
     */
    #row({ kind, table }, text) {
        return { name: this.#places.nameOfTable(table), text: text || ROW_WORDS[kind] };
    }
}

/**
 * All of it as one text.
 *
 * @param {Typed[]} typed
 */
export function asText(typed) {
    return typed.map(({ name, text }) => `${name}:\n${text}`).join('\n\n');
}
