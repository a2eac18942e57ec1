// Rule C8, and patterns: the same as in Python.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { MAX_MATCHED_LENGTH, PatternError, compilePattern } from '../../../static/js/document/pattern.js';
import { readDefinition } from '../../../static/js/document/schema.js';
import { MAX_TEXT_LENGTH, checkValue, isEmpty, report, sameValue } from '../../../static/js/document/values.js';

const read = (name) => JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8'));
const vectors = read('values.json');
const patterns = read('values_patterns.json');

function readField(field) {
    const definition = readDefinition({ key: 't', title: 'T', sections: [{ key: 's', title: 'S', fields: [field] }] });
    return definition.fields.get(field.key);
}

describe('C8: values', () => {
    for (const { name, field: source, storable, unfit, report: reports } of vectors.fields) {
        const field = readField(source);
        it(`${name}: fits or is refused`, () => {
            assert.deepEqual(storable.filter((value) => checkValue(field, value) !== null), []);
            assert.deepEqual(unfit.filter((value) => checkValue(field, value) === null), []);
        });
        it(`${name}: what is unfinished is reported`, () => {
            for (const [value, codes] of reports) {
                assert.deepEqual(report(field, value).map(({ code }) => code), codes, JSON.stringify(value));
            }
        });
    }

    it('true is not 1, 1 is 1.0', () => {
        for (const [one, other, same] of vectors.same) {
            assert.equal(sameValue(one, other), same, JSON.stringify([one, other]));
            assert.equal(sameValue(other, one), same, JSON.stringify([other, one]));
        }
    });

    it('empty', () => {
        for (const [value, empty] of vectors.empty) {
            assert.equal(isEmpty(value), empty, JSON.stringify(value));
        }
    });

    it('numbers that JSON does not have', () => {
        const field = readField({ key: 'f', type: 'number', label: 'F' });
        for (const value of [NaN, Infinity, -Infinity]) {
            assert.notEqual(checkValue(field, value), null);
        }
    });

    it('a text is counted in characters', () => {
        const field = readField({ key: 'f', type: 'text', label: 'F', max_length: MAX_TEXT_LENGTH });
        assert.equal(checkValue(field, '😀'.repeat(MAX_TEXT_LENGTH)), null);
        assert.deepEqual(report(field, '😀'.repeat(MAX_TEXT_LENGTH)), []);
        assert.notEqual(checkValue(field, '😀'.repeat(MAX_TEXT_LENGTH + 1)), null);
    });
});

describe('patterns', () => {
    for (const { pattern, fits, unfit } of patterns.read) {
        it(pattern, () => {
            const matcher = compilePattern(pattern);
            assert.deepEqual(fits.filter((text) => !matcher.fits(text)), []);
            assert.deepEqual(unfit.filter((text) => matcher.fits(text)), []);
        });
    }

    it('refuses what it does not know', () => {
        for (const pattern of patterns.refused) {
            assert.throws(() => compilePattern(pattern), PatternError, pattern);
        }
    });

    it('takes no pattern long, and no longer text at all', () => {
        const started = process.cpuUsage().user;
        assert.equal(compilePattern('((a?){10}){20}b').fits('a'.repeat(MAX_MATCHED_LENGTH)), false);
        assert.ok(process.cpuUsage().user - started < 5_000_000); // others would take years
        assert.equal(compilePattern('a*').fits('a'.repeat(MAX_MATCHED_LENGTH)), true);
        assert.equal(compilePattern('a*').fits('a'.repeat(MAX_MATCHED_LENGTH + 1)), false);
    });
});
