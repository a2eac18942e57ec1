// @ts-check
/**
 * Keeps a page's frames under the rate that the server allows, so that it is never closed with 4429.
 *
 * Owns when a frame leaves, never what it says nor, among submits, the order. Where a person is matters only as it is
 * now: of several such frames the last one is sent, ten times a second at most (R1).
 *
 * @module
 */

/** @typedef {Pick<import('./environment.js').Environment, 'now' | 'setTimeout' | 'clearTimeout'>} Clock */

/** Frames bunch together on their way, and the server counts them as they come: part of what it allows is kept back. */
const SHARE = 0.75;
const PLACE_MS = 100;
const CAREFUL = { submits_per_second: 20, burst: 20 };

export class Pace {
    #send;
    #clock;
    #rate = CAREFUL.submits_per_second;
    #burst = CAREFUL.burst;
    #tokens = CAREFUL.burst;
    #countedAt;
    /** @type {any[]} frames that wait for their turn, in order */
    #queue = [];
    /** @type {any} the last `focus` or `blur` that was not sent */
    #place = null;
    #placeAt = -PLACE_MS;
    /** @type {any} */
    #timer = null;

    /**
     * @param {(message: any) => void} send
     * @param {Clock} clock
     */
    constructor(send, clock) {
        this.#send = send;
        this.#clock = clock;
        this.#countedAt = clock.now();
    }

    /** @param {{submits_per_second?: number, burst?: number}} limits as `joined` tells them */
    allow({ submits_per_second: rate = CAREFUL.submits_per_second, burst = CAREFUL.burst }) {
        this.#rate = Math.max(rate * SHARE, 0.1);
        this.#burst = Math.max(burst * SHARE, 1);
    }

    /** @param {any} message */
    push(message) {
        if (message.type === 'focus' || message.type === 'blur') {
            this.#place = message;
        } else {
            this.#queue.push(message);
        }
        this.#drain();
    }

    /** Forgets what waits: the connection it was meant for is no more. The full burst is there again. */
    reset() {
        this.#queue = [];
        this.#place = null;
        this.#placeAt = -PLACE_MS;
        this.#tokens = this.#burst;
        this.#countedAt = this.#clock.now();
        this.#clock.clearTimeout(this.#timer);
        this.#timer = null;
    }

    #drain() {
        this.#earn();
        while (this.#queue.length > 0 && this.#tokens >= 1) {
            this.#pay(this.#queue.shift());
        }
        const placeDue = this.#placeAt + PLACE_MS - this.#clock.now();
        if (this.#place !== null && this.#tokens >= 1 && placeDue <= 0) {
            this.#placeAt = this.#clock.now();
            const place = this.#place;
            this.#place = null;
            this.#pay(place);
        }
        this.#wait(placeDue);
    }

    /** @param {number} placeDue in milliseconds */
    #wait(placeDue) {
        this.#clock.clearTimeout(this.#timer);
        this.#timer = null;
        if (this.#queue.length === 0 && this.#place === null) {
            return;
        }
        const tokenDue = Math.ceil((Math.max(0, 1 - this.#tokens) / this.#rate) * 1000);
        const due = this.#queue.length > 0 ? tokenDue : Math.max(tokenDue, placeDue);
        this.#timer = this.#clock.setTimeout(() => this.#drain(), due);
    }

    #earn() {
        const now = this.#clock.now();
        this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#countedAt) / 1000) * this.#rate);
        this.#countedAt = now;
    }

    /** @param {any} message */
    #pay(message) {
        this.#tokens -= 1;
        this.#send(message);
    }
}
