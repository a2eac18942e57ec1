// @ts-check
/** What is said of a draft, in every state there is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lineWords, noticeWords, timeOf } from '../../../static/js/ui/drafts/words.js';

/** @typedef {import('../../../static/js/drafts/types.js').View} View */

const time = () => '14:03';
const AT = '2026-11-21T14:03:00.000Z';

/** @param {Partial<View>} view */
function line(view) {
    return lineWords({ line: 'none', message: '', savedAt: null, cannotKeep: false, notice: null, ...view }, time);
}

test('the line', () => {
    assert.equal(line({}), '');
    assert.equal(line({ line: 'saving' }), 'Saving draft…');
    assert.equal(line({ line: 'saved', savedAt: AT }), 'Draft saved 14:03');
    assert.match(line({ line: 'saved', savedAt: AT, cannotKeep: true }), /^Draft saved 14:03\. This browser cannot keep/);
    assert.match(line({ line: 'unreachable' }), /kept in this browser/);
    assert.match(line({ line: 'unreachable', cannotKeep: true }), /leave this page open/);
    assert.match(line({ line: 'refused', message: 'Too many.' }), /^Draft not saved\. Too many\.$/);
    for (const kind of /** @type {const} */ (['apart', 'over', 'signed_out', 'too_large'])) {
        assert.match(line({ line: kind }), /[Nn]ot (?:saved|kept)/);
    }
});

test('the notice says where it was and of when it is', () => {
    assert.equal(noticeWords({ kind: 'restored', at: AT, isTab: false }, time), 'Your draft of 14:03 is back.');
    assert.match(noticeWords({ kind: 'buffered', at: AT, isTab: false }, time), /cannot be reached.* of 14:03\.$/);
    assert.equal(noticeWords({ kind: 'changed', at: null, isTab: true }, time), 'This draft was changed in another tab.');
    assert.match(noticeWords({ kind: 'changed', at: null, isTab: false }, time), /another tab or on another device/);
    assert.match(noticeWords({ kind: 'over', at: null, isTab: true }, time), /was sent or discarded in another tab/);
});

test('another day is named', () => {
    const at = new Date(2026, 10, 21, 4, 5);
    assert.equal(timeOf(at.toISOString(), new Date(2026, 10, 21, 23, 0)), '04:05');
    assert.match(timeOf(at.toISOString(), new Date(2026, 10, 22, 0, 1)), /21.*, 04:05$/);
});
