// @ts-check

/**
 * Random deltas and what the npm package ot-text-unicode makes of them: the oracle that both languages must agree with.
 *
 *     node tests/js/oracle/judged.js SEED COUNT     # one JSON object a line, for the Python test
 *
 * @module
 */

import { fileURLToPath } from 'node:url';

import { type } from 'ot-text-unicode';

import { apply } from '../../../static/js/document/text.js';
import { Random } from '../random.js';

/** @typedef {import('../../../static/js/document/text.js').Delta} Delta */

const oracle = /** @type {any} */ (type); // its own type declarations leave half of it out

/**
 * @typedef {object} Judged
 * @property {string} text
 * @property {Delta} delta
 * @property {Delta} other made on the same text
 * @property {Delta} next made on the text after the delta
 * @property {Delta} raw not normalised
 * @property {number} position
 * @property {string} applied
 * @property {Delta} left
 * @property {Delta} right
 * @property {Delta} composed
 * @property {Delta} inverted
 * @property {Delta} normalized
 * @property {number} moved
 */

/**
 * One random case and the oracle's answers.
 *
 * @param {Random} random
 * @returns {Judged}
 */
export function judged(random) {
    const text = random.text(0, 30);
    const delta = random.delta(text);
    const other = random.delta(text);
    const next = random.delta(apply(text, delta));
    const raw = [...random.delta(text), ...random.delta(text), 0, '', ...random.delta(text)];
    const position = random.integer(0, Array.from(text).length);
    return {
        text, delta, other, next, raw, position,
        applied: oracle.apply(text, own(delta)),
        left: counted(oracle.transform(own(delta), own(other), 'left')),
        right: counted(oracle.transform(own(delta), own(other), 'right')),
        composed: counted(oracle.compose(own(delta), own(next))),
        inverted: counted(oracle.invertWithDoc(own(delta), text)),
        normalized: counted(oracle.normalize(own(raw))),
        moved: oracle.transformPosition(position, own(delta)),
    };
}

/**
 * A copy for the oracle, which now and then changes what it is given.
 *
 * @param {Delta} delta
 * @returns {any}
 */
function own(delta) {
    return structuredClone(delta);
}

/**
 * The oracle's delta in the form of the wire: its deletes may hold the text they delete, ours only count it.
 *
 * @param {any} delta
 * @returns {Delta}
 */
function counted(delta) {
    return oracle.stripInvertible(delta);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const [seed, count] = process.argv.slice(2).map(Number);
    const random = new Random(seed);
    const lines = Array.from({ length: count }, () => JSON.stringify(judged(random)));
    process.stdout.write(`${lines.join('\n')}\n`);
}
