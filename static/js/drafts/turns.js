// @ts-check
/**
 * When the server is asked: one question at a time, after a pause in typing, and again where nobody answers.
 *
 * Owns the timer, and which answers still count: when somebody decides something, a new chapter begins, and what was
 * asked before is answered too late. Must not know what is asked. The clock is given.
 */

/** @typedef {import('./types.js').Clock} Clock */

/** So long after the last key; and so long after the first, if there is no pause. */
const PAUSE_MS = 500;
const AT_LATEST_MS = 5_000;
const RETRY_MS = 1_000;
const RETRY_AT_MOST_MS = 30_000;

export class Turns {
    #clock;
    #due;
    /** @type {any} */
    #timer = null;
    #chapter = 0;
    #isAsking = false;
    #failures = 0;
    /** @type {number | null} when the first of what was not asked since was typed */
    #waitingSince = null;

    /**
     * @param {Clock} clock
     * @param {() => void} due
     */
    constructor(clock, due) {
        this.#clock = clock;
        this.#due = due;
    }

    get isAsking() {
        return this.#isAsking;
    }

    get isWaiting() {
        return this.#timer !== null;
    }

    /**
     * @template T
     * @param {Promise<T>} question
     * @returns {Promise<T | null>} null: it does not matter any more
     */
    async ask(question) {
        const chapter = this.#chapter;
        this.#isAsking = true;
        this.#waitingSince = null;
        const answer = await question;
        if (chapter !== this.#chapter) {
            return null;
        }
        this.#isAsking = false;
        return answer;
    }

    begin() {
        this.#chapter += 1;
        this.#isAsking = false;
        this.cancel();
    }

    /** Somebody typed. */
    afterPause() {
        this.#waitingSince ??= this.#clock.now();
        const left = this.#waitingSince + AT_LATEST_MS - this.#clock.now();
        this.#later(Math.max(0, Math.min(PAUSE_MS, left)));
    }

    next() {
        this.#later(0);
    }

    /** Nobody answered. */
    again() {
        const pause = Math.min(RETRY_AT_MOST_MS, RETRY_MS * 2 ** this.#failures);
        this.#failures += 1;
        this.#later(pause * (0.5 + this.#clock.random() / 2)); // not all pages of a site at once
    }

    answered() {
        this.#failures = 0;
    }

    /** @param {number} ms */
    #later(ms) {
        this.cancel();
        this.#timer = this.#clock.setTimeout(() => {
            this.#timer = null;
            this.#due();
        }, ms);
    }

    cancel() {
        if (this.#timer !== null) {
            this.#clock.clearTimeout(this.#timer);
            this.#timer = null;
        }
    }
}
