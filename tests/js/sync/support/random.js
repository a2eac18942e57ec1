// @ts-check
/** Chance with a seed: the same seed plays the same story again. */

export class Random {
    #state;

    /** @param {number} seed */
    constructor(seed) {
        this.#state = (seed * 2654435761 + 1013904223) >>> 0;
    }

    /** @returns {number} from 0 to under 1 */
    next() {
        // mulberry32
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let mixed = this.#state;
        mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    }

    /**
     * @param {number} end
     * @returns {number} a whole number from 0 to under `end`
     */
    below(end) {
        return Math.floor(this.next() * end);
    }

    /** @param {number} chance */
    happens(chance) {
        return this.next() < chance;
    }

    /**
     * @template T
     * @param {readonly T[]} items
     * @returns {T}
     */
    pick(items) {
        return items[this.below(items.length)];
    }
}
