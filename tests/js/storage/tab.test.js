// @ts-check
/** What a tab keeps over a reload, and whose name it goes by. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Tab, markLeft, sweepAll, takeLeft } from '../../../static/js/tab.js';
import { Locks, Storage } from './support/browser.js';

/** @param {string} user */
const whose = (user) => ({ user, form: 'form' });

/** @returns {any} */
const storage = () => new Storage();

/**
 * @param {Storage} original
 * @returns {any} as a browser copies it for a duplicated tab
 */
const copyOf = (original) => Object.assign(new Storage(), original);

test('what a page had to keep as it went away is there until it is forgotten', () => {
    const there = storage();
    new Tab(whose('alice'), () => there).keep('name', { pending: [1] });
    const again = new Tab(whose('alice'), () => there);
    assert.deepEqual([again.copy?.kept, again.copy?.kept], [{ pending: [1] }, { pending: [1] }]);
    again.forget();
    assert.equal(again.copy, null);
});

test('nothing to keep is not the same as nobody knows', () => {
    const there = storage();
    new Tab(whose('alice'), () => there).keep('name', null);
    assert.deepEqual(new Tab(whose('alice'), () => there).copy?.kept, null);
    assert.notEqual(new Tab(whose('alice'), () => there).copy, null);
});

test('what this release cannot read is nothing', () => {
    const there = storage();
    new Tab(whose('alice'), () => there).keep('name', 'typed');
    const [key] = Object.keys(there);
    for (const other of ['{"name":"name","kept":"typed"}', '{"shape":0,"name":"name","kept":"typed"}', 'no JSON']) {
        there.setItem(key, other);
        assert.equal(new Tab(whose('alice'), () => there).copy, null);
    }
});

test('i7 what one person left, the next one in the same tab does not get, nor keep', () => {
    const there = storage();
    new Tab(whose('alice'), () => there).keep('name', 'a secret');
    assert.equal(new Tab(whose('bob'), () => there).copy, null);
    assert.deepEqual(Object.keys(there), []);
});

test('i7 the sign-in page sweeps up, and leaves alone what is not ours', () => {
    const there = storage();
    there.setItem('another.thing', 'stays');
    new Tab(whose('alice'), () => there).keep('name', 'a secret');
    sweepAll(() => there);
    assert.deepEqual(Object.keys(there), ['another.thing']);
});

test('who has just signed out is told once', () => {
    const before = globalThis.sessionStorage;
    globalThis.sessionStorage = storage();
    try {
        markLeft('alice');
        assert.deepEqual([takeLeft(), takeLeft()], ['alice', null]);
    } finally {
        globalThis.sessionStorage = before;
    }
});

test('a storage that is full or forbidden keeps nothing and breaks nothing', () => {
    const broken = /** @type {any} */ ({
        getItem: () => assert.fail('forbidden'),
        setItem: () => assert.fail('full'),
        removeItem: () => assert.fail('forbidden'),
    });
    for (const there of [() => broken, () => assert.fail('not even to be named')]) {
        const tab = new Tab(whose('alice'), there);
        tab.keep('name', 'anything');
        tab.forget();
        assert.equal(tab.copy, null);
        sweepAll(there);
    }
});

test('c3 a tab that is loaded anew goes on under its name, once the page before has let go', async () => {
    const locks = new Locks();
    const there = storage();
    const before = locks.page();
    const tab = new Tab(whose('alice'), () => there, before);
    assert.equal(await tab.ownName(), null);
    tab.rename('first');
    tab.keep('name', 'typed');
    const again = new Tab(whose('alice'), () => there, locks.page());
    const name = again.ownName();
    locks.close(before);
    assert.equal(await name, 'first');
    assert.equal(again.copy?.kept, 'typed');
});

test('c3 a duplicated tab has no name, and what is not saved stays with its twin', async () => {
    const locks = new Locks();
    const there = storage();
    const tab = new Tab(whose('alice'), () => there, locks.page());
    tab.rename('first');
    tab.keep('name', 'typed once');
    const copy = copyOf(there);
    const twin = new Tab(whose('alice'), () => copy, locks.page());
    const name = twin.ownName();
    locks.patienceEnds();
    assert.equal(await name, null);
    assert.equal(twin.copy, null);
    assert.equal(tab.copy?.kept, 'typed once');
});

test('c3 of two duplicates that are loaded at once, one has the name', async () => {
    const locks = new Locks();
    const there = storage();
    const before = locks.page();
    new Tab(whose('alice'), () => there, before).rename('first');
    locks.close(before);
    const copy = copyOf(there);
    const twins = [there, copy].map((one) => new Tab(whose('alice'), () => one, locks.page()));
    const names = twins.map((twin) => twin.ownName());
    await Promise.resolve();
    locks.patienceEnds();
    assert.deepEqual(await Promise.all(names), ['first', null]);
});

test('c3 the name that a tab took later is held, too', async () => {
    const locks = new Locks();
    const there = storage();
    const tab = new Tab(whose('alice'), () => there, locks.page());
    tab.rename('first');
    tab.rename('renamed');
    const copy = copyOf(there);
    const name = new Tab(whose('alice'), () => copy, locks.page()).ownName();
    locks.patienceEnds();
    assert.equal(await name, null);
});

test('c3 the name of a tab that is no more can be had by one, and be given back', async () => {
    const locks = new Locks();
    const [one, other] = [1, 2].map(() => new Tab(whose('alice'), storage, locks.page()));
    const letGo = await one.adopt('orphan');
    assert.notEqual(letGo, null);
    assert.equal(await other.adopt('orphan'), null);
    letGo?.();
    await Promise.resolve();
    assert.notEqual(await other.adopt('orphan'), null);
});
