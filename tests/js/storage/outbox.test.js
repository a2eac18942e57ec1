// @ts-check
/** Which write is due and which is under way: what is kept is never older than what has left the page. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { Outbox } from '../../../static/js/storage/outbox.js';
import { Clock, settled } from './support/browser.js';

/** A store whose writes end when the test says so. */
class Store {
    /** @type {(string | null)[]} what was written, in order */
    written = [];
    /** @type {{succeed: () => void, fail: () => void}[]} */
    underWay = [];

    /** @param {string | null} kept */
    write(kept) {
        this.written.push(kept);
        return /** @type {Promise<void>} */ (
            new Promise((resolve, reject) => {
                this.underWay.push({ succeed: () => resolve(), fail: () => reject(new Error('no room')) });
            })
        );
    }

    /** @param {'succeed' | 'fail'} [how] */
    async end(how = 'succeed') {
        this.underWay.shift()?.[how]();
        await settled();
    }
}

function made({ isThere = false } = {}) {
    const store = new Store();
    const clock = new Clock();
    /** @type {boolean[]} */
    const told = [];
    /** @type {{kept: string | null}} */
    const page = { kept: null };
    /** @type {Outbox<string>} */
    const outbox = new Outbox({ store, clock, state: () => page.kept, told: (can) => told.push(can), isThere });
    /** @param {string | null} kept */
    const change = (kept) => {
        page.kept = kept;
        outbox.changed();
    };
    return { outbox, store, clock, told, change };
}

test('nothing is written while there is nothing to keep', async () => {
    const { outbox, store, change } = made();
    change(null);
    change(null);
    await settled();
    assert.deepEqual([store.written, outbox.isSettled], [[], true]);
});

test('one write is under way, and after it the newest state; in between nothing', async () => {
    const { store, change } = made();
    change('a');
    await settled();
    change('ab');
    change('abc');
    await settled();
    assert.deepEqual(store.written, ['a']);
    await store.end();
    assert.deepEqual(store.written, ['a', 'abc']);
    await store.end();
    assert.deepEqual(store.underWay, []);
});

test('what changes in one turn is one write', async () => {
    const { store, change } = made();
    change('a');
    change('ab');
    await settled();
    assert.deepEqual(store.written, ['ab']);
});

test('gone after the ack', async () => {
    const { outbox, store, change } = made();
    change('a');
    await settled();
    change(null);
    await store.end();
    await store.end();
    assert.deepEqual([store.written, outbox.isSettled], [['a', null], true]);
    change(null);
    await settled();
    assert.deepEqual(store.written, ['a', null], 'it is not taken out twice');
});

test('what a page before this one has written is taken out when it is acknowledged', async () => {
    const { store, change } = made({ isThere: true });
    change(null);
    await settled();
    assert.deepEqual(store.written, [null]);
});

test('C3 what leaves the page waits until it is kept', async () => {
    const { outbox, store, change } = made();
    /** @type {string[]} */
    const sent = [];
    change('a');
    outbox.after(() => sent.push('a'));
    await settled();
    change('ab');
    outbox.after(() => sent.push('b'));
    assert.equal(sent.length, 0);
    await store.end();
    assert.deepEqual(sent, ['a'], 'the second is in the second write');
    await store.end();
    assert.deepEqual(sent, ['a', 'b']);
    outbox.after(() => sent.push('at once'));
    assert.deepEqual(sent, ['a', 'b', 'at once']);
});

test('a write that is under way is waited for, where nothing newer is due', async () => {
    const { outbox, store, change } = made();
    /** @type {string[]} */
    const sent = [];
    change('a');
    await settled();
    outbox.after(() => sent.push('a'));
    assert.deepEqual(sent, []);
    await store.end();
    assert.deepEqual(sent, ['a']);
});

test('storage that is full holds up nothing, and is tried again', async () => {
    const { outbox, store, told, change } = made();
    /** @type {string[]} */
    const sent = [];
    change('a');
    outbox.after(() => sent.push('a'));
    await settled();
    await store.end('fail');
    assert.deepEqual([sent, told, outbox.canKeep], [['a'], [false], false]);
    change('ab');
    outbox.after(() => sent.push('b'));
    assert.deepEqual(sent, ['a', 'b'], 'nobody waits for what does not work');
    await settled();
    await store.end();
    assert.deepEqual([told, outbox.canKeep], [[false, true], true]);
});

test('storage that takes too long holds up nothing', async () => {
    const { outbox, store, clock, told, change } = made();
    /** @type {string[]} */
    const sent = [];
    change('a');
    outbox.after(() => sent.push('a'));
    await settled();
    clock.strike();
    change('ab');
    outbox.after(() => sent.push('b'));
    assert.deepEqual([sent, told], [['a', 'b'], [false]]);
    await store.end();
    await store.end();
    assert.deepEqual([told, sent, store.written], [[false, true], ['a', 'b'], ['a', 'ab']]);
});

test('no timer is left behind', async () => {
    const { outbox, store, clock, change } = made();
    change('a');
    outbox.after(() => {});
    await settled();
    assert.equal(clock.waiting, 1);
    await store.end();
    assert.equal(clock.waiting, 0);
});

test('a page that goes away writes what there is, whatever is under way', async () => {
    const { outbox, store, change } = made();
    change('a');
    await settled();
    change('ab');
    outbox.hurry();
    assert.deepEqual(store.written, ['a', 'ab']);
});

test('I7 when it is over it is taken out, and nothing is written or sent any more', async () => {
    const { outbox, store, change } = made();
    /** @type {string[]} */
    const sent = [];
    change('a');
    await settled();
    outbox.after(() => sent.push('a'));
    change('ab');
    const over = outbox.end();
    await store.end();
    await store.end();
    await over;
    change('abc');
    outbox.after(() => sent.push('c'));
    outbox.hurry();
    await settled();
    assert.deepEqual([store.written, sent], [['a', null], []]);
});
