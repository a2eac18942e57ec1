// @ts-check
/**
 * Whether anybody is there: the server is about to end a sign-in under which nothing is done, and somebody may object.
 *
 * Owns the warning: who has just been at the page is not asked, but the server is told; everybody else is, until they
 * do something, the server takes it back, or the time is up. What the server does not hear of (reading, typing what is
 * not sent) is known here. Must not know the page; the clock is given.
 *
 * @module
 */

/** Who did something so short a time ago, or within the time that is left, is there and need not be asked. */
const THERE_MS = 60_000;

/**
 * @typedef {{
 *   warn: (failed: boolean) => void,
 *   calm: () => void,
 * }} Handlers `warn`: ask whether somebody is there, `left` says how long; `failed`: they said so, and the server did
 *   not hear it. `calm`: nothing to ask any more
 */

export class Idle {
    #now;
    #stillHere;
    #handlers;
    #actedAt = -Infinity;
    /** @type {number | null} when the sign-in ends; null: nothing is said of that */
    #endsAt = null;

    /**
     * @param {{now: () => number, stillHere: () => Promise<boolean>, handlers: Handlers}} given
     */
    constructor({ now, stillHere, handlers }) {
        this.#now = now;
        this.#stillHere = stillHere;
        this.#handlers = handlers;
    }

    /** In how many seconds one is signed out; null: one is not. */
    get left() {
        return this.#endsAt === null ? null : Math.max(0, Math.ceil((this.#endsAt - this.#now()) / 1000));
    }

    /** @param {number | null} seconds as the server tells it */
    told(seconds) {
        if (seconds === null) {
            this.over();
            return;
        }
        this.#endsAt = this.#now() + seconds * 1000;
        if (this.#now() - this.#actedAt < Math.min(THERE_MS, seconds * 1000)) {
            void this.stay();
        } else {
            this.#handlers.warn(false);
        }
    }

    /** Somebody did something at the page. */
    acted() {
        this.#actedAt = this.#now();
        if (this.#endsAt !== null) {
            void this.stay();
        }
    }

    /** Somebody is there. */
    async stay() {
        const endsAt = this.#endsAt;
        this.over();
        if (!(await this.#stillHere()) && this.#endsAt === null && endsAt !== null) {
            this.#endsAt = endsAt;
            this.#handlers.warn(true);
        }
    }

    /** There is nothing to ask any more: somebody is there, or the sign-in has ended. */
    over() {
        if (this.#endsAt !== null) {
            this.#endsAt = null;
            this.#handlers.calm();
        }
    }
}
