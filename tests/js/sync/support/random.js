// @ts-check
/** Chance with a seed, in the words of a story. */

import { Random } from '../../random.js';

export class Chance extends Random {
    /** @param {number} end */
    below(end) {
        return this.integer(0, end - 1);
    }

    /** @param {number} probability */
    happens(probability) {
        return this.next() < probability;
    }
}
