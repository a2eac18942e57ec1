// @ts-check
/**
 * The name under which this page submits: its client id, and the numbers of its submits (C3).
 *
 * Owns both, and the suspicion that somebody else uses them: a duplicated tab has its twin's storage.
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
    }

    /** @param {string} clientId one that nobody has */
    rename(clientId) {
        this.clientId = clientId;
        this.seq = 0;
        this.isShadowed = false;
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
