// @ts-check
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { Pace } from '../../../static/js/net/pace.js';
import { Clock } from './support/environment.js';

/** @type {Clock} */
let clock;
/** @type {any[]} */
let sent;
/** @type {Pace} */
let pace;

beforeEach(() => {
    clock = new Clock();
    sent = [];
    pace = new Pace((message) => sent.push(message), clock);
    pace.allow({ submits_per_second: 100, burst: 200 });
    pace.reset();
});

/** @param {number} count */
function submit(count) {
    for (let seq = 1; seq <= count; seq += 1) {
        pace.push({ type: 'submit', seq });
    }
}

test('T4 4429: a long paste is sent in order, no faster than the server allows', () => {
    submit(500);
    assert.ok(sent.length <= 200, `${sent.length} at once`);
    for (let second = 1; second <= 3; second += 1) {
        const before = sent.length;
        clock.pass(1000);
        assert.ok(sent.length - before <= 100, `${sent.length - before} in a second`);
    }
    clock.pass(5000);
    assert.deepEqual(
        sent.map(({ seq }) => seq),
        Array.from({ length: 500 }, (_, index) => index + 1),
    );
});

test('a keystroke is not held back', () => {
    submit(1);
    assert.equal(sent.length, 1);
});

test('R1: of many places the last one is told, ten times a second', () => {
    for (let at = 0; at < 50; at += 1) {
        pace.push({ type: 'focus', at: { field: 'notes' }, selection: [at, at], base: 1 });
        clock.pass(10);
    }
    clock.pass(100);
    assert.ok(sent.length <= 6, `${sent.length} in half a second`);
    assert.deepEqual(sent.at(-1).selection, [49, 49]);
    pace.push({ type: 'focus', at: { field: 'notes' }, selection: [1, 1], base: 1 });
    pace.push({ type: 'blur' });
    clock.pass(200);
    assert.equal(sent.at(-1).type, 'blur');
});

test('places do not stand in the way of submits', () => {
    pace.push({ type: 'focus', at: { field: 'notes' }, selection: null, base: 1 });
    pace.push({ type: 'focus', at: { field: 'title' }, selection: null, base: 1 });
    submit(1);
    assert.deepEqual(
        sent.map(({ type }) => type),
        ['focus', 'submit'],
    );
});

test('what waited for a connection that is no more is forgotten', () => {
    submit(300);
    const before = sent.length;
    pace.reset();
    clock.pass(10_000);
    assert.equal(sent.length, before);
    assert.equal(clock.waiting, 0);
});
