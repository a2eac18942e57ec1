// @ts-check

/**
 * Seeded randomness for the JavaScript tests, and the texts and deltas they draw with it. `SEED=… node --test …` plays a
 * run again.
 *
 * @module
 */

/** @typedef {import('../../static/js/document/text.js').Delta} Delta */

import { normalize } from '../../static/js/document/text.js';

/** Few different characters, so that ties are common; some that take two UTF-16 units, some that combine. */
const CHARACTERS = Array.from('aab \n\té\u0301\u200d\u20ac\uffff\u{1f600}\u{1f601}\u{20000}\u{10ffff}');

/**
 * The seed of this run, told to the reporter.
 *
 * @param {{diagnostic: (message: string) => void}} context
 * @returns {number}
 */
export function seedOf(context) {
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
    context.diagnostic(`SEED=${seed}`);
    return seed;
}

/** Randomness that a seed decides: mulberry32. */
export class Random {
    #state;

    /** @param {number} seed */
    constructor(seed) {
        this.#state = seed >>> 0;
    }

    /** A number from 0 up to 1. */
    next() {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let mixed = this.#state;
        mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    }

    /**
     * An integer, both ends included.
     *
     * @param {number} least
     * @param {number} most
     */
    integer(least, most) {
        return least + Math.floor(this.next() * (most - least + 1));
    }

    /**
     * @template T
     * @param {readonly T[]} choices
     * @returns {T}
     */
    choice(choices) {
        return choices[this.integer(0, choices.length - 1)];
    }

    /**
     * @param {number} least
     * @param {number} most
     */
    text(least, most) {
        return Array.from({ length: this.integer(least, most) }, () => this.choice(CHARACTERS)).join('');
    }

    /**
     * A well-formed delta that fits the text.
     *
     * @param {string} text
     * @returns {Delta}
     */
    delta(text) {
        /** @type {Delta} */
        const delta = [];
        let left = Array.from(text).length;
        for (let steps = this.integer(0, 8); steps > 0; steps -= 1) {
            const kind = this.choice(['skip', 'insert', 'delete']);
            if (kind === 'insert') {
                delta.push(this.text(1, 4));
            } else if (left > 0) {
                const count = this.integer(1, left);
                left -= count;
                delta.push(kind === 'skip' ? count : { d: count });
            }
        }
        return normalize(delta);
    }
}
