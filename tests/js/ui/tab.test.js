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
