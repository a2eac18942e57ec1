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
    /** Above the first and up to the second: numbers that a page before this one used, and did not keep what for. */
    #forgotten = [0, 0];
    /** Whether this page goes on from what was kept, and has not used a number of its own yet. */
    #isResuming = false;
    /** Whether the server has told the last number that counts. */
    #isTold = false;

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
        this.#isResuming = false;
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
        this.#isTold = true;
        if (this.#isResuming) {
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
        this.#isResuming = true;
    }

    /** Whether the next number is free for certain: not before the server has told a page that came back of its last one. */
    get knowsItsNumbers() {
        return !this.#isResuming || this.#isTold;
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
        this.#forgotten = [0, 0];
        this.#isResuming = false;
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
