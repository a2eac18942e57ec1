// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { countdown, notSaved, spoken, troubleOf, whereUnsaved, wordsFor } from '../../../static/js/ui/session/words.js';

const NOW = new Date(2026, 2, 12, 14, 10);

/** @param {Partial<import('../../../static/js/protocol/messages.js').Ended>} how */
const ended = (how) => ({ code: 4401, reason: 'Because of this.', device: null, at: null, why: null, ...how });
const elsewhere = { code: 4409, why: 'replaced', device: 'Firefox on Linux' };

test('signed in elsewhere: where and when, in the reader’s own time', () => {
    const at = new Date(2026, 2, 12, 14, 3).toISOString();
    assert.match(wordsFor(ended({ ...elsewhere, at }), NOW).title, /^You signed in on Firefox on Linux at 0?[12]?[42]:03/);
    const before = new Date(2026, 2, 10, 14, 3).toISOString();
    assert.match(wordsFor(ended({ ...elsewhere, at: before }), NOW).title, / on .*10.* at /);
    assert.equal(wordsFor(ended({ ...elsewhere, at: null }), NOW).title, 'You signed in on Firefox on Linux');
    assert.equal(wordsFor(ended({ ...elsewhere, device: null }), NOW).title, 'You signed in on another device');
});

test('any other end is told in the server’s words', () => {
    const words = wordsFor(ended({ why: 'by_admin' }), NOW);
    assert.equal(words.title, 'You are signed out');
    assert.match(words.text, /^Because of this\. .*sign in here again/);
    assert.equal(words.notMe, null);
});

test('an account that was closed has no way back in', () => {
    const words = wordsFor(ended({ why: 'disabled' }), NOW);
    assert.equal(words.canSignIn, false);
    assert.doesNotMatch(words.text, /sign in/);
});

test('it was not me: to a new password, by the way that is still open', () => {
    assert.equal(
        wordsFor(ended(elsewhere), NOW).notMe?.href,
        '/accounts/login/?next=/accounts/password_change/',
    );
    assert.equal(wordsFor(ended({ why: 'password' }), NOW).notMe?.href, '/accounts/password_reset/');
});

test('what went wrong is told in the server’s words, else in ours', () => {
    assert.equal(troubleOf({ code: 'invalid', message: 'Not right.' }), 'Not right.');
    assert.match(troubleOf({ code: 'unreachable', message: '' }), /network/);
    assert.match(troubleOf({ code: 'something new', message: '' }), /our side/);
});

test('counts and times', () => {
    assert.equal(notSaved(1), '1 change is not saved yet');
    assert.equal(notSaved(3), '3 changes are not saved yet');
    assert.equal(whereUnsaved({ here: 2, elsewhere: 0 }), 'They are on this page');
    assert.equal(whereUnsaved({ here: 0, elsewhere: 1 }), 'It is in another tab');
    assert.equal(whereUnsaved({ here: 2, elsewhere: 1 }), '2 on this page, 1 in other tabs');
    assert.match(whereUnsaved({ here: 0, elsewhere: 0, kept: 1 }), /^It waits on this device, in a form that was closed/);
    assert.match(whereUnsaved({ here: 0, elsewhere: 0, kept: 2 }), /^They wait on this device/);
    assert.match(whereUnsaved({ here: 0, elsewhere: 1, kept: 2 }), /^1 in other tabs, 2 in forms that were closed/);
    assert.deepEqual([118, 60, 9, 0].map(countdown), ['1:58', '1:00', '0:09', '0:00']);
    assert.deepEqual([125, 61, 60, 10].map(spoken), ['2 minutes 5 seconds', '1 minute 1 second', '1 minute', '10 seconds']);
});
