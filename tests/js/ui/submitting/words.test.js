// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { titleOf } from '../../../../static/js/ui/refusals/panel.js';
import { clockTime, wholeTime } from '../../../../static/js/ui/instants.js';
import { problemsOf } from '../../../../static/js/ui/submitting/problems.js';
import { LATELY, Typing } from '../../../../static/js/ui/submitting/typing.js';
import { stillTyping, submittedBy, troubleOf, wordsOfAsking } from '../../../../static/js/ui/submitting/words.js';

const NOW = new Date('2026-03-12T13:30:00Z');
const SUBMISSION = { number: 1, version: 812, at: '2026-03-12T13:03:22Z', by: { id: 'a', name: 'Alice' } };
const FACTS = { waiting: 0, isOnline: true, typing: [], submission: null, zone: 'Europe/Berlin', now: NOW };

test('a time is that of the clocks at the form’s place', () => {
    assert.equal(clockTime(SUBMISSION.at, 'Europe/Berlin', NOW), '14:03');
    assert.equal(clockTime('2026-03-12T23:30:00Z', 'Europe/Berlin', NOW), '13 Mar, 00:30');
    assert.equal(clockTime('2025-12-31T12:00:00Z', 'Asia/Kolkata', NOW), '31 Dec 2025, 17:30');
    assert.equal(wholeTime(SUBMISSION.at, 'Europe/Berlin'), '12 March 2026, 14:03:22 (Europe/Berlin)');
    assert.equal(submittedBy(SUBMISSION, 'Europe/Berlin', NOW), 'Submitted by Alice at 14:03');
    const before = { ...SUBMISSION, at: '2026-03-11T13:03:00Z' };
    assert.equal(submittedBy(before, 'Europe/Berlin', NOW), 'Submitted by Alice on 11 Mar, 14:03');
});

test('the question says what it waits for, and only a ready one can be confirmed', () => {
    const waiting = wordsOfAsking({ kind: 'waiting' }, { ...FACTS, waiting: 3 });
    assert.deepEqual([waiting.isReady, waiting.text], [false, 'First 3 edits must be saved …']);
    assert.match(wordsOfAsking({ kind: 'waiting' }, { ...FACTS, isOnline: false }).text, /no connection/);
    const ready = wordsOfAsking({ kind: 'ready' }, { ...FACTS, typing: ['Bob'] });
    assert.match(ready.text, /read-only for everybody.*Bob is still typing/);
    assert.equal(ready.isReady, true);
    assert.equal(wordsOfAsking({ kind: 'sending' }, FACTS).isReady, false);
    const overtaken = wordsOfAsking({ kind: 'overtaken' }, { ...FACTS, submission: SUBMISSION });
    assert.deepEqual([overtaken.confirm, overtaken.isReady], [null, false]);
    assert.match(overtaken.text, /Submitted by Alice at 14:03/);
});

test('every failure has words', () => {
    assert.match(troubleOf({ code: 'unreachable', message: '' }), /network/);
    assert.match(troubleOf({ code: 'not_allowed', message: 'You may not do this.' }), /only view/);
    assert.equal(troubleOf({ code: 'busy', message: 'The form is busy.' }), 'The form is busy.');
    assert.match(troubleOf({ code: 'anything', message: '' }), /broke/);
});

test('r1 who has not changed anything lately, or is gone, is not typing', () => {
    const typing = new Typing();
    typing.changed({ id: 'b', name: 'Bob' }, 1000);
    typing.changed({ id: 'c', name: 'Carol' }, 2000);
    const here = [{ user: { id: 'b' } }, { user: { id: 'c' } }];
    assert.deepEqual(typing.names(here, 3000), ['Bob', 'Carol']);
    assert.deepEqual(typing.names(here, 1000 + LATELY), ['Carol']);
    assert.deepEqual(typing.names([], 3000), []);
    assert.equal(stillTyping([]), '');
    assert.match(stillTyping(['Bob', 'Carol']), /^2 people are still typing \(Bob, Carol\)/);
});

test('c8 the page’s list and the server’s are one, and go as they are mended', () => {
    const own = [{ field: 'notes', code: 'required', message: 'This must be filled in.' }];
    const told = [
        { ...own[0], value: null },
        { field: 'mass', code: 'max', message: 'At most 5.', value: 7 },
        { ...own[0], table: 'readings', row: 'r1', field: 'at', value: null },
    ];
    /** @type {Record<string, any>} */
    const values = { mass: 7 };
    const form = { value: (/** @type {any} */ { field }) => values[field], hasRow: () => false };
    assert.deepEqual(
        problemsOf(own, told, form).map(({ field, message }) => [field, message]),
        [
            ['notes', 'This must be filled in.'],
            ['mass', 'At most 5.'],
        ],
    );
    values.mass = 4;
    assert.deepEqual(problemsOf([], told.slice(1), form), []);
});

test('i6 what came after the submission is refused in words that say so', () => {
    const op = { kind: 'set' };
    const refusal = /** @type {any} */ ({ kind: 'rejected', op, code: 'locked', message: 'This is not open.' });
    const form = { submission: SUBMISSION };
    const late = 'submitted the form before this reached the server.';
    assert.equal(titleOf(refusal, { form }), `Not saved: Alice ${late}`);
    assert.equal(titleOf(refusal, { form, you: 'a' }), `Not saved: You ${late}`);
    assert.equal(titleOf(refusal, { form: { submission: null } }), 'Not saved: This is not open.');
});
