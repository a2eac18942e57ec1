// @ts-check
/**
 * The name under which this page submits: its client id, and the numbers of its submits (C3).
 *
 * Owns both, and the suspicion that somebody else uses them: a duplicated tab has its twin's storage. Knows, too, which
 * numbers are this tab's own and yet forgotten: what a page was to find when it comes back may be older than what left.
 *
 * @module
 */

/** @typedef {import('./session.js').Session} Session */

export class Tab {
    /** @type {string} */
    clientId;
    /** @type {number} the highest number that was used */
    seq;
    /** Whether somebody else submits under this name. */
    isShadowed = false;
    /** Whether this page goes on from what was kept, and has not seen yet all that was committed since. */
    #isBehind = false;
    /** Above the first and up to the second: numbers that a page before this one used, and did not keep what for. */
    #forgotten = [0, 0];

    /**
     * @param {string} clientId
     * @param {number} seq
     */
    constructor(clientId, seq) {
        this.clientId = clientId;
        this.seq = seq;
    }

    /** @returns {number} the number of the next submit */
    next() {
        this.seq += 1;
        return this.seq;
    }

    /**
     * Goes on above every number that was used under this name, here or by a page before this one.
     *
     * @param {number} seq
     */
    passed(seq) {
        this.seq = Math.max(this.seq, seq);
        if (this.#isBehind) {
            this.#forgotten[1] = this.seq;
        }
    }

    /**
     * Goes on under this name where it was kept.
     *
     * @param {{clientId: string, seq: number}} kept
     */
    resume({ clientId, seq }) {
        this.clientId = clientId;
        this.seq = Math.max(this.seq, seq);
        this.#forgotten = [seq, seq];
        this.#isBehind = true;
    }

    /** Everything is in that was committed until now, what this tab had forgotten too. */
    arrived() {
        this.#isBehind = false;
        this.#forgotten = [0, 0];
    }

    /** Whether the next number is free for certain. */
    get knowsItsNumbers() {
        return !this.#isBehind;
    }

    /** The number up to which a page that goes on from here knows what was sent. */
    get keptSeq() {
        return this.#isBehind ? this.#forgotten[0] : this.seq;
    }

    /** Whether what was kept is older than what was sent. */
    get hasForgotten() {
        return this.#forgotten[1] > this.#forgotten[0];
    }

    /**
     * Whether a submit of this tab was made after what was kept of it.
     *
     * @param {number} seq
     */
    forgot(seq) {
        return seq > this.#forgotten[0] && seq <= this.#forgotten[1];
    }

    /** @param {string} clientId one that nobody has */
    rename(clientId) {
        this.clientId = clientId;
        this.seq = 0;
        this.isShadowed = false;
        this.arrived();
    }

    /**
     * Whether a client is this very tab.
     *
     * @param {Session} session
     * @param {number | null} n
     */
    is(session, n) {
        const client = session.clientOf(n);
        return client !== null && client.client_id === this.clientId && client.user.id === session.you?.user.id;
    }
}
