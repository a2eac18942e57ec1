// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Tab, sweep } from '../../../static/js/tab.js';

/** What `sessionStorage` is, as far as a tab needs it: its keys are its own properties. */
class Storage {
    /** @param {string} key */
    getItem(key) {
        return Object.hasOwn(this, key) ? /** @type {any} */ (this)[key] : null;
    }

    /**
     * @param {string} key
     * @param {string} value
     */
    setItem(key, value) {
        /** @type {any} */ (this)[key] = value;
    }

    /** @param {string} key */
    removeItem(key) {
        delete (/** @type {any} */ (this)[key]);
    }
}

/** What `navigator.locks` is to all tabs of a browser, as far as a tab needs it. */
class Locks {
    #held = new Set();
    /** @type {{name: string, grant: () => void, reject: (why: Error) => void}[]} */
    #waiting = [];

    /**
     * @param {string} name
     * @param {object} _options
     * @param {() => Promise<void>} granted
     * @returns {Promise<any>}
     */
    request(name, _options, granted) {
        return new Promise((resolve, reject) => {
            const grant = () => resolve((this.#held.add(name), granted()));
            if (this.#held.has(name)) {
                this.#waiting.push({ name, grant, reject });
            } else {
                grant();
            }
        });
    }

    /** @param {string} name */
    release(name) {
        this.#held.delete(name);
        this.#waiting.find((one) => one.name === name)?.grant();
    }

    patienceEnds() {
        this.#waiting.forEach(({ reject }) => reject(new Error('timeout')));
    }
}

/** @param {string} user */
const whose = (user) => ({ user, form: 'form' });

test('what is kept is taken once', () => {
    const storage = /** @type {any} */ (new Storage());
    new Tab(whose('alice'), storage).keep({ pending: [1] });
    const again = new Tab(whose('alice'), storage);
    assert.deepEqual(again.take(), { pending: [1] });
    assert.equal(again.take(), null);
});

test('i7 what one person left, the next one in the same tab does not get, nor keep', () => {
    const storage = /** @type {any} */ (new Storage());
    new Tab(whose('alice'), storage).keep('a secret');
    assert.equal(new Tab(whose('bob'), storage).take(), null);
    assert.deepEqual(Object.keys(storage), []);
});

test('i7 the sign-in page sweeps up, and leaves alone what is not ours', () => {
    const storage = /** @type {any} */ (new Storage());
    storage.setItem('another.thing', 'stays');
    new Tab(whose('alice'), storage).keep('a secret');
    sweep(storage);
    assert.deepEqual(Object.keys(storage), ['another.thing']);
});

test('a storage that is full or forbidden keeps nothing and breaks nothing', () => {
    const broken = /** @type {any} */ ({
        getItem: () => assert.fail('forbidden'),
        setItem: () => assert.fail('full'),
        removeItem: () => assert.fail('forbidden'),
    });
    const tab = new Tab(whose('alice'), broken);
    tab.keep('anything');
    assert.equal(tab.take(), null);
});

/** @param {Storage} storage as a browser copies it for a duplicated tab */
const copyOf = (storage) => Object.assign(new Storage(), storage);

test('c3 a tab that is loaded anew goes on under its id, once the page before has let go', async () => {
    const locks = new Locks();
    const storage = /** @type {any} */ (new Storage());
    const tab = new Tab(whose('alice'), storage, /** @type {any} */ (locks));
    await tab.clientId(() => 'first');
    tab.keep('typed');
    const again = new Tab(whose('alice'), storage, /** @type {any} */ (locks));
    const id = again.clientId(() => 'second');
    locks.release('first');
    assert.equal(await id, 'first');
    assert.equal(again.take(), 'typed');
});

test('c3 a duplicated tab takes a new id, and what is not saved stays with its twin', async () => {
    const locks = new Locks();
    const storage = /** @type {any} */ (new Storage());
    const tab = new Tab(whose('alice'), storage, /** @type {any} */ (locks));
    await tab.clientId(() => 'first');
    tab.keep('typed once');
    const twin = new Tab(whose('alice'), /** @type {any} */ (copyOf(storage)), /** @type {any} */ (locks));
    const id = twin.clientId(() => 'second');
    locks.patienceEnds();
    assert.equal(await id, 'second');
    assert.equal(twin.take(), null);
    assert.equal(tab.take(), 'typed once');
});

test('c3 of two duplicates that are loaded at once, one has the id', async () => {
    const locks = new Locks();
    const storage = /** @type {any} */ (new Storage());
    await new Tab(whose('alice'), storage, /** @type {any} */ (new Locks())).clientId(() => 'first');
    const twins = [storage, copyOf(storage)].map((one) => new Tab(whose('alice'), one, /** @type {any} */ (locks)));
    const ids = twins.map((twin, at) => twin.clientId(() => `new-${at}`));
    locks.patienceEnds();
    assert.deepEqual(await Promise.all(ids), ['first', 'new-1']);
});

test('c3 the id that a tab took later is held, too', async () => {
    const locks = new Locks();
    const storage = /** @type {any} */ (new Storage());
    const tab = new Tab(whose('alice'), storage, /** @type {any} */ (locks));
    await tab.clientId(() => 'first');
    tab.rename('renamed');
    const twin = new Tab(whose('alice'), /** @type {any} */ (copyOf(storage)), /** @type {any} */ (locks));
    const id = twin.clientId(() => 'second');
    locks.patienceEnds();
    assert.equal(await id, 'second');
});

test('without locks a page opens all the same, and has what was kept', async () => {
    const storage = /** @type {any} */ (new Storage());
    await new Tab(whose('alice'), storage, null).clientId(() => 'first');
    new Tab(whose('alice'), storage, null).keep('typed');
    const again = new Tab(whose('alice'), storage, null);
    assert.equal(await again.clientId(() => 'second'), 'second');
    assert.equal(again.take(), 'typed');
});
