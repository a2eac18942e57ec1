// @ts-check
/**
 * What is not known to be saved: what was sent and not answered, and what the browser keeps until it is.
 *
 * A save whose answer is lost may well have arrived: what the server then has is known again by its fingerprint, and is no
 * quarrel with oneself. Must not know the storage, which is given.
 */

import { fingerprint } from './data.js';

/** @typedef {import('./types.js').Copy} Copy */
/** @typedef {import('./types.js').Data} Data */

const MOST = 200;

export class Unheard {
    #storage;
    #now;
    /** @type {string[]} */
    #sent = [];
    #canKeep = true;
    #isKept = false;

    /**
     * @param {import('./types.js').Storage} storage
     * @param {() => number} now
     */
    constructor(storage, now) {
        this.#storage = storage;
        this.#now = now;
    }

    /** Whether the browser could keep the last that it was to keep, and no other tab has put its own in that place. */
    get canKeep() {
        return this.#canKeep && (!this.#isKept || this.#storage.holds());
    }

    /** Whether everything that was sent is answered. */
    get isSettled() {
        return this.#sent.length === 0;
    }

    /** @param {Data} data */
    sends(data) {
        this.#sent = [...this.#sent.slice(1 - MOST), fingerprint(data)];
    }

    settle() {
        this.#sent = [];
    }

    /**
     * Whether this was sent from here.
     *
     * @param {Data} data
     */
    isOurs(data) {
        return this.#sent.includes(fingerprint(data));
    }

    /** @returns {Copy | null} what an earlier page left */
    read() {
        return this.#storage.read();
    }

    /**
     * Goes on with what an earlier page left, and is about to send it.
     *
     * @param {Copy} copy
     */
    resume(copy) {
        this.#sent = copy.sent;
        this.sends(copy.data);
        this.#storage.write({ ...copy, sent: this.#sent });
    }

    /**
     * @param {number} base
     * @param {Data} data
     */
    keep(base, data) {
        const at = new Date(this.#now()).toISOString();
        this.#canKeep = this.#storage.write({ base, data, sent: this.#sent, at });
        this.#isKept = this.#canKeep;
    }

    drop() {
        this.#isKept = false;
        this.#storage.remove();
    }
}
