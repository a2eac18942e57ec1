// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { apply } from '../../../static/js/document/text.js';
import { summary } from '../../../static/js/ui/announcer.js';
import { byUser, initialsOf } from '../../../static/js/ui/people/person.js';
import { inWords, shortly } from '../../../static/js/ui/save-state.js';
import { cleaning } from '../../../static/js/ui/text/lines.js';
import { ago } from '../../../static/js/ui/times.js';

const NOW = Date.parse('2026-03-12T12:00:00Z');

/**
 * @param {import('../../../static/js/sync/types.js').Status['kind']} kind
 * @param {number} [waiting]
 * @param {number} [refused]
 */
const status = (kind, waiting = 0, refused = 0) => ({ kind, waiting, refused, code: null, reason: null });

test('time goes on in words', () => {
    assert.equal(ago('2026-03-12T11:59:50Z', NOW), 'just now');
    assert.equal(ago('2026-03-12T12:00:20Z', NOW), 'just now'); // a clock that is behind
    assert.equal(ago('2026-03-12T11:56:00Z', NOW), '4 min ago');
    assert.equal(ago('2026-03-12T09:00:00Z', NOW), '3 h ago');
    assert.match(ago('2026-03-01T09:00:00Z', NOW), /Mar/);
    assert.equal(ago(null, NOW), '');
});

test('i1 the save state says only what was acknowledged', () => {
    assert.equal(shortly(status('saved'), 0), 'Saved');
    assert.equal(shortly(status('saving', 2), 0), 'Saving…');
    assert.equal(shortly(status('offline'), 0), 'Offline');
    assert.equal(shortly(status('offline', 3), 0), 'Offline, 3 edits wait on this device');
    assert.equal(shortly(status('offline', 1), 0, false), 'Offline, 1 edit not kept on this device');
    assert.equal(shortly(status('reconnecting'), 0), 'Reconnecting');
    assert.equal(shortly(status('closed', 1), 0), 'Disconnected, 1 edit not saved');
});

test('t4 where the server has no room for the page it says why, and that nothing is lost', () => {
    const full = { ...status('offline', 2), code: 4429, reason: 'This form is full.' };
    assert.equal(shortly({ ...full, waiting: 0 }, 0), 'This form is full.');
    assert.equal(shortly(full, 0), 'This form is full. 2 edits wait on this device');
    assert.match(inWords(full, 0), /^This form is full\. This page tries again now and then\. 2 edits wait/);
});

test('i6 a refused edit and half a number are not saved, and the page says so', () => {
    assert.equal(shortly(status('saved', 0, 1), 0), '1 edit not saved');
    assert.equal(shortly(status('saved', 0, 1), 2), '3 edits not saved');
    assert.match(inWords(status('saved', 0, 1), 0), /^Not everything is saved/);
    assert.equal(inWords(status('saved'), 0), 'Everything is saved.');
});

test('many changes are one sentence', () => {
    assert.equal(summary('Bob', ['Summary']), 'Bob changed Summary.');
    assert.equal(summary('Bob', ['Summary', 'Shift']), 'Bob changed Summary and Shift.');
    assert.equal(summary('Bob', ['Summary', 'Shift', 'Crew']), 'Bob changed Summary and 2 other fields.');
});

test('initials are letters, whatever the script', () => {
    assert.equal(initialsOf('Alice Moreau'), 'AM');
    assert.equal(initialsOf('bob'), 'B');
    assert.equal(initialsOf('Ana Maria de Souza'), 'AS');
    assert.equal(initialsOf('😀 x'), '😀X');
    assert.equal(initialsOf(''), '');
});

test('a person with two tabs is one person, shown where they are', () => {
    const user = { id: 'u', name: 'Bob' };
    /** @type {import('../../../static/js/sync/types.js').Person} */
    const idle = { session: '1', user, color: 1, at: null, selection: null };
    const busy = { ...idle, session: '2', at: { field: 'notes' } };
    assert.deepEqual(byUser([idle, busy]), [busy]);
    assert.deepEqual(byUser([busy, idle]), [busy]);
});

test('line ends that a control cannot show are taken out of the text', () => {
    assert.equal(apply('a\r\nb\rc\nd', cleaning('a\r\nb\rc\nd', false)), 'a\nb\nc\nd');
    assert.equal(apply('a\r\nb\rc\nd', cleaning('a\r\nb\rc\nd', true)), 'abcd');
    assert.deepEqual(cleaning('plain\ntext', false), []);
});
