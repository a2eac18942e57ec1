// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Asking } from '../../../../static/js/ui/submitting/asking.js';

const DONE = { done: /** @type {const} */ (true), body: {} };

/** @param {string} code @param {any[]} [problems] */
const refused = (code, problems) => ({ done: /** @type {const} */ (false), code, message: 'why', problems });

/** @param {any} [outcome] of sending */
function story(outcome = DONE) {
    const form = { isOpen: true, isSaved: true, isClear: true };
    /** @type {any[]} */
    const found = [];
    const sent = { count: 0 };
    const asking = new Asking({
        look: () => form,
        post: async () => ((sent.count += 1), outcome),
        drawn: () => {},
        found: (problems) => found.push(problems),
    });
    return { asking, form, found, sent };
}

test('what is missing is shown before anything is asked or sent', () => {
    const { asking, form, found, sent } = story();
    form.isClear = false;
    asking.press();
    assert.equal(asking.step.kind, 'idle');
    assert.deepEqual(found, [[]]);
    assert.equal(sent.count, 0);
});

test('i1 nothing is sent before everything is saved', async () => {
    const { asking, form, sent } = story();
    form.isSaved = false;
    asking.press();
    assert.equal(asking.step.kind, 'waiting');
    await asking.confirm();
    assert.equal(sent.count, 0);
    form.isSaved = true;
    asking.check();
    assert.equal(asking.step.kind, 'ready');
    form.isSaved = false; // the person, or a second key, was faster than the page
    await asking.confirm();
    assert.equal(asking.step.kind, 'waiting');
    assert.equal(sent.count, 0);
});

test('it is sent once, however often it is confirmed', async () => {
    const { asking, sent } = story();
    asking.press();
    await Promise.all([asking.confirm(), asking.confirm()]);
    assert.equal(sent.count, 1);
    assert.equal(asking.step.kind, 'idle');
});

test('c8 what the server finds missing is shown', async () => {
    const problem = { field: 'notes', code: 'required', message: 'This must be filled in.' };
    const { asking, found } = story(refused('incomplete', [problem]));
    asking.press();
    await asking.confirm();
    assert.equal(asking.step.kind, 'idle');
    assert.deepEqual(found, [[problem]]);
});

test('c10 whoever is second is told so, while asked and when sending', async () => {
    const asked = story();
    asked.asking.press();
    asked.form.isOpen = false;
    asked.asking.check();
    assert.equal(asked.asking.step.kind, 'overtaken');
    const sending = story(refused('locked'));
    sending.asking.press();
    await sending.asking.confirm();
    assert.equal(sending.asking.step.kind, 'overtaken');
    sending.asking.cancel();
    assert.equal(sending.asking.step.kind, 'idle');
});

test('a failure is told, and can be tried again', async () => {
    const { asking, sent } = story(refused('unreachable'));
    asking.press();
    await asking.confirm();
    assert.deepEqual(asking.step, { kind: 'failed', code: 'unreachable', message: 'why' });
    asking.check();
    assert.equal(asking.step.kind, 'failed');
    await asking.confirm();
    assert.equal(sent.count, 2);
});

test('s1 who is signed out is asked no more: the session speaks', async () => {
    const { asking } = story(refused('signed_out'));
    asking.press();
    await asking.confirm();
    assert.equal(asking.step.kind, 'idle');
});
