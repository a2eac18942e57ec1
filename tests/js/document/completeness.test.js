// @ts-check
/** Rule C8, when a form is submitted: the same vectors as in Python. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { shortcomings } from '../../../static/js/document/completeness.js';
import { readDefinition } from '../../../static/js/document/schema.js';

const read = (/** @type {string} */ name) =>
    JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8'));
const vectors = read('completeness.json');

describe('C8: what keeps a form from being submitted', () => {
    const definition = readDefinition(vectors.definition);
    for (const { name, values, rows, shortcomings: expected } of vectors.cases) {
        test(name, () => {
            /** @type {import('../../../static/js/document/completeness.js').Filled} */
            const filled = {
                value: ({ table, row, field }) =>
                    table === undefined
                        ? values[field]
                        : rows[table].find((/** @type {any} */ each) => each.row === row).values[field],
                rows: (table) => (rows[table] ?? []).map((/** @type {any} */ each) => each.row),
            };
            assert.deepEqual(shortcomings(definition, filled), expected);
        });
    }
});

describe('canonical JSON, as the hash of a submission is made of it', () => {
    for (const { name, value, text } of read('canonical.json').cases) {
        test(`${name}: JSON.stringify with sorted keys writes it`, () => {
            assert.equal(JSON.stringify(sorted(value)), text);
        });
    }
});

/**
 * @param {any} value
 * @returns {any}
 */
function sorted(value) {
    if (Array.isArray(value)) {
        return value.map(sorted);
    }
    if (value === null || typeof value !== 'object') {
        return value;
    }
    const keys = Object.keys(value).sort();
    return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}
