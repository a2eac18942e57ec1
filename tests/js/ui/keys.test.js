// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { actionFor } from '../../../static/js/ui/tables/keys.js';

/** @typedef {import('../../../static/js/ui/tables/keys.js').Place} Place */

const EDGES = { atStart: true, atEnd: true, onFirstLine: true, onLastLine: true };
const MIDDLE = { atStart: false, atEnd: false, onFirstLine: false, onLastLine: false };

/**
 * @param {string} keys "ctrl shift Enter"
 * @param {Place['kind']} kind
 * @param {Partial<Place>} [caret]
 */
function press(keys, kind, caret = EDGES) {
    const parts = keys.split(' ');
    const key = { key: parts.at(-1) ?? '', ctrl: parts.includes('ctrl'), alt: parts.includes('alt') };
    return actionFor({ ...key, shift: parts.includes('shift') }, { kind, ...MIDDLE, ...caret });
}

test('Enter goes to the next row from every kind of cell, but presses buttons', () => {
    for (const kind of /** @type {Place['kind'][]} */ (['line', 'lines', 'picker', 'choice', 'check'])) {
        assert.equal(press('Enter', kind, MIDDLE), 'next-row');
        assert.equal(press('ctrl Enter', kind), 'new-row');
    }
    assert.equal(press('Enter', 'button'), null);
});

test('Shift+Enter goes up, and makes a line where there are lines', () => {
    assert.equal(press('shift Enter', 'line'), 'previous-row');
    assert.equal(press('shift Enter', 'lines'), null);
});

test('an arrow leaves a text only where the caret can go no further', () => {
    assert.equal(press('ArrowLeft', 'line', MIDDLE), null);
    assert.equal(press('ArrowLeft', 'line', { atStart: true }), 'left');
    assert.equal(press('ArrowRight', 'line', { atStart: true }), null);
    assert.equal(press('ArrowRight', 'line', { atEnd: true }), 'right');
    assert.equal(press('ArrowUp', 'lines', { onLastLine: true }), null);
    assert.equal(press('ArrowUp', 'lines', { onFirstLine: true }), 'up');
    assert.equal(press('ArrowDown', 'lines', { onLastLine: true }), 'down');
});

test('a date keeps its arrows, a choice its up and down', () => {
    for (const key of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']) {
        assert.equal(press(key, 'picker'), null);
    }
    assert.equal(press('ArrowUp', 'choice'), null);
    assert.equal(press('ArrowRight', 'choice'), 'right');
    assert.equal(press('ArrowDown', 'check'), 'down');
});

test('selecting with Shift and jumping with Control stay with the browser', () => {
    for (const key of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']) {
        assert.equal(press(`shift ${key}`, 'line'), null);
        assert.equal(press(`ctrl ${key}`, 'line'), null);
    }
    assert.equal(press('Tab', 'line'), null);
    assert.equal(press('a', 'line'), null);
});

test('Alt+Shift+arrows move the row, Control+Shift+Backspace removes it', () => {
    assert.equal(press('alt shift ArrowUp', 'line', MIDDLE), 'move-up');
    assert.equal(press('alt shift ArrowDown', 'picker'), 'move-down');
    assert.equal(press('alt ArrowDown', 'choice'), null);
    assert.equal(press('ctrl shift Backspace', 'line', MIDDLE), 'remove');
    assert.equal(press('ctrl Backspace', 'line', MIDDLE), null);
});
