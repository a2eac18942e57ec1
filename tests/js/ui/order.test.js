// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { arrange } from '../../../static/js/ui/tables/order.js';
import { Random, seedOf } from '../random.js';

/** A parent with children, as far as `arrange` knows one, that counts what is done to it. */
class Children {
    /** @type {string[]} */
    moved = [];

    /** @param {string[]} items */
    constructor(items) {
        this.items = items;
    }

    first() {
        return this.items[0] ?? null;
    }

    /** @param {string} item */
    next(item) {
        return this.items[this.items.indexOf(item) + 1] ?? null;
    }

    /**
     * @param {string} item
     * @param {string | null} before
     */
    put(item, before) {
        this.moved.push(item);
        this.items = this.items.filter((one) => one !== item);
        this.items.splice(before === null ? this.items.length : this.items.indexOf(before), 0, item);
    }
}

/**
 * @param {string} from
 * @param {string} to
 * @param {string | null} [fixed]
 */
function arranged(from, to, fixed = null) {
    const children = new Children([...from]);
    arrange(children, [...to], fixed);
    assert.equal(children.items.join(''), to);
    return children.moved.join('');
}

test('what is right already is not touched', () => {
    assert.equal(arranged('abcd', 'abcd'), '');
});

test('a new row is put, nothing else', () => {
    assert.equal(arranged('abcd', 'abxcd'), 'x');
    assert.equal(arranged('abcd', 'xabcd'), 'x');
    assert.equal(arranged('', 'ab'), 'ab');
});

test('one row that goes far is few moves, whichever way', () => {
    assert.equal(arranged('abcdefgh', 'habcdefg'), 'h');
    assert.ok(arranged('abcdefgh', 'bcdefgha').length <= 2);
});

test('the row with the focus is never moved, wherever it goes', (context) => {
    const random = new Random(seedOf(context));
    for (let round = 0; round < 2000; round += 1) {
        const items = [...'abcdefghij'].slice(0, random.integer(1, 10));
        const fixed = random.choice(items);
        const to = shuffled(items, random);
        const from = items.filter((item) => item === fixed || random.integer(0, 2) > 0);
        assert.ok(!arranged(from.join(''), to.join(''), fixed).includes(fixed));
    }
});

/**
 * @param {string[]} items
 * @param {Random} random
 */
function shuffled(items, random) {
    const keyed = items.map((item) => ({ item, at: random.next() }));
    return keyed.sort((one, other) => one.at - other.at).map(({ item }) => item);
}
