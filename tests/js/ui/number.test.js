// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readNumber, writeNumber } from '../../../static/js/ui/controls/number.js';

/** @type {[string, number | null][]} */
const READ = [
    ['', null],
    ['  ', null],
    ['0', 0],
    ['-0', 0],
    ['12', 12],
    ['+7', 7],
    ['−3', -3],
    ['1.', 1],
    ['.5', 0.5],
    ['21.50', 21.5],
    ['21,5', 21.5],
    ['-0,25', -0.25],
    ['1e3', 1000],
    ['1 000', 1000],
    ['1 000,5', 1000.5],
    ['1\u202f234\u202f567', 1234567],
    ["1'000.25", 1000.25],
    ['1,234.5', 1234.5],
    ['1.234,5', 1234.5],
    ['1,234,567', 1234567],
];
for (const [typed, value] of READ) {
    test(`reads ${JSON.stringify(typed)} as ${value}`, () => {
        assert.deepEqual(readNumber(typed), { value });
    });
}

for (const typed of ['-', '+', '.', ',', '-.', '1e', '1e-']) {
    test(`i6 keeps ${JSON.stringify(typed)}: somebody is in the middle of it`, () => {
        assert.match(readNumber(typed).note ?? '', /not a number yet/i);
    });
}

for (const typed of ['abc', '1..2', '1,2,3', '12x', '--1', '1.234.5', 'Infinity', '0x10', '1,23.5']) {
    test(`i6 does not guess at ${JSON.stringify(typed)}`, () => {
        assert.match(readNumber(typed).note ?? '', /^Not saved/);
    });
}

test('asks where a comma could mean either', () => {
    assert.match(readNumber('1,500').note ?? '', /without the comma/);
    assert.match(readNumber('-12,000').note ?? '', /without the comma/);
});

test('c8 whole numbers are whole and not beyond 2^53', () => {
    assert.deepEqual(readNumber('4', { whole: true }), { value: 4 });
    assert.deepEqual(readNumber('4.0', { whole: true }), { value: 4 });
    assert.match(readNumber('4.5', { whole: true }).note ?? '', /whole/);
    assert.match(readNumber('9007199254740994', { whole: true }).note ?? '', /too large/);
    assert.match(readNumber('1e400').note ?? '', /too large/);
});

test('writes what it reads', () => {
    for (const value of [0, -1, 0.1, 1e21, 123456.789]) {
        assert.deepEqual(readNumber(writeNumber(value)), { value });
    }
    assert.equal(writeNumber(null), '');
});
