// @ts-check
/** What committed ops make of a form. The same vectors are run in Python: both must come to the same snapshot. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { Document } from '../../../static/js/document/document.js';

const vectors = JSON.parse(readFileSync(new URL('../../vectors/operations.json', import.meta.url), 'utf8'));

describe('a committed op, as applied', () => {
    for (const { name, before, version, steps, after } of vectors.cases) {
        test(name, () => {
            const document = Document.fromSnapshot(before, version);
            for (const step of steps) {
                document.apply(step.op, step.version, step.by, step.at);
            }
            assert.deepEqual(document.toSnapshot(), after);
            assert.equal(document.version, steps.at(-1).version);
        });
    }

    test('every kind of op is among the vectors', () => {
        const kinds = new Set(
            vectors.cases.flatMap((/** @type {any} */ { steps }) => steps.map((/** @type {any} */ { op }) => op.kind)),
        );
        assert.deepEqual([...kinds].sort(), ['add_row', 'edit', 'move_row', 'remove_row', 'restore_row', 'set']);
    });
});

const ROW = { row: 'row-aaaa', version: 1, values: { note: { value: 'hot', version: 2, by: 1, at: null } } };

describe('a removed row', () => {
    const removed = () => {
        const document = Document.fromSnapshot({ values: {}, tables: { readings: [ROW] } }, 2);
        document.apply({ kind: 'remove_row', table: 'readings', row: 'row-aaaa' }, 3, 1, null);
        return document;
    };

    test('is not there, but known, with its cells', () => {
        const document = removed();
        assert.deepEqual(document.rows('readings'), []);
        assert.equal(document.hasRow('readings', 'row-aaaa'), false);
        assert.equal(document.knowsRow('readings', 'row-aaaa'), true);
        assert.equal(document.cell({ table: 'readings', row: 'row-aaaa', field: 'note' })?.value, 'hot');
    });

    test('C7 keeps its place for what is put behind it', () => {
        const document = removed();
        assert.deepEqual(document.rowsWithHidden('readings'), ['row-aaaa']);
    });
});

test('the rows are the same array until one comes, goes or moves', () => {
    const document = Document.fromSnapshot({ values: {}, tables: { readings: [ROW] } }, 2);
    const before = document.rows('readings');
    document.apply({ kind: 'set', table: 'readings', row: 'row-aaaa', field: 'pressure', value: 1 }, 3, 1, null);
    assert.equal(document.rows('readings'), before);
    document.apply({ kind: 'move_row', table: 'readings', row: 'row-aaaa', after: null }, 4, 1, null);
    assert.notEqual(document.rows('readings'), before);
});

test('a part of a form takes what it holds, and lets the rest pass by', () => {
    const part = Document.ofPart({ values: {}, tables: { readings: [ROW] } }, {}, 2);
    part.apply({ kind: 'edit', field: 'notes', delta: [500, 'far out'] }, 3, 1, null);
    part.apply(
        { kind: 'edit', table: 'readings', row: 'row-else', field: 'note', delta: [500, 'far out'] },
        4,
        1,
        null,
    );
    part.apply({ kind: 'edit', table: 'readings', row: 'row-aaaa', field: 'note', delta: [3, '!'] }, 5, 1, null);
    assert.equal(part.cell({ table: 'readings', row: 'row-aaaa', field: 'note' })?.value, 'hot!');
    assert.equal(part.version, 5);
});

test('an edit that does not fit changes nothing and says so', () => {
    const document = Document.fromSnapshot({ values: {}, tables: {} }, 0);
    assert.throws(() => document.apply({ kind: 'edit', field: 'notes', delta: [5, 'x'] }, 1, 1, null), {
        name: 'TextError',
    });
    assert.equal(document.version, 0);
    assert.equal(document.cell({ field: 'notes' }), null);
});
