// @ts-check
/** What a page goes on from: its own, or what a tab left that is no more; never what is another's, nor what is too old. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { findStart, orphansAmong } from '../../../static/js/storage/finding.js';
import { Outboxes } from '../../../static/js/storage/outboxes.js';
import { Tab } from '../../../static/js/tab.js';
import { Locks, Shelf, Storage } from './support/browser.js';

const DAY = 24 * 60 * 60 * 1000;
const FORM = 'form-1';

let shelf = new Shelf();
let locks = new Locks();
let now = 100 * DAY;
let names = 0;

beforeEach(() => {
    shelf = new Shelf();
    locks = new Locks();
    now = 100 * DAY;
    names = 0;
});

/** @param {string} [user] */
const outboxesOf = (user = 'alice') => new Outboxes(user, shelf, () => now);

/** A tab of somebody's, with the storage that a reload would find. */
class Browsing {
    storage = /** @type {any} */ (new Storage());
    page = locks.page();

    constructor(user = 'alice') {
        this.user = user;
        this.outboxes = outboxesOf(user);
    }

    /** A page is loaded. */
    async load() {
        this.tab = new Tab({ user: this.user, form: FORM }, () => this.storage, this.page, () => now);
        const newId = () => `name-${(names += 1)}`;
        const { tab, outboxes } = this;
        const start = await findStart({ form: FORM, tab, outboxes, newId });
        this.place = outboxes.place(FORM, start.clientId);
        this.clientId = start.clientId;
        return start;
    }

    /** @param {string} typed */
    async keep(typed) {
        now += 1;
        await this.place?.write(/** @type {any} */ ({ clientId: this.clientId, typed }));
    }

    /**
     * What it does as it goes away.
     *
     * @param {string | null} typed
     */
    copy(typed) {
        now += 1;
        this.tab?.keep(String(this.clientId), typed === null ? null : { clientId: this.clientId, typed });
    }

    /** The page goes away, and with it what it holds. */
    end() {
        locks.close(this.page);
        this.page = locks.page();
    }

    duplicate() {
        const twin = new Browsing(this.user);
        Object.assign(twin.storage, this.storage);
        return twin;
    }
}

test('a new tab has nothing to go on from, and a name of its own', async () => {
    const [one, other] = [new Browsing(), new Browsing()];
    assert.deepEqual(await one.load(), { clientId: 'name-1', kept: null, foundAt: null });
    assert.deepEqual(await other.load(), { clientId: 'name-2', kept: null, foundAt: null });
});

test('a reload goes on from what the tab has kept', async () => {
    const one = new Browsing();
    await one.load();
    await one.keep('typed');
    one.end();
    const start = await one.load();
    assert.deepEqual([start.clientId, start.kept.typed, start.foundAt], ['name-1', 'typed', null]);
});

test('the copy that was made as the page went away is newer', async () => {
    const one = new Browsing();
    await one.load();
    await one.keep('typ');
    one.copy('typed');
    one.end();
    assert.equal((await one.load()).kept.typed, 'typed');
    assert.equal(one.tab?.copy?.kept.typed, 'typed', 'until what it says is kept again');
});

test('and so it is where it says that nothing was left: what is still stored is taken out', async () => {
    const one = new Browsing();
    await one.load();
    await one.keep('acknowledged since');
    one.copy(null);
    one.end();
    assert.deepEqual(await one.load(), { clientId: 'name-1', kept: null, foundAt: null });
    assert.deepEqual([shelf.names, one.tab?.copy], [[], null]);
});

for (const copied of ['typed', null]) {
    test(`what another tab has gone on to under its name since is newer than the copy: ${copied}`, async () => {
        const one = new Browsing();
        await one.load();
        await one.keep('typed');
        one.copy(copied);
        one.end();
        const other = new Browsing();
        assert.equal((await other.load()).clientId, 'name-1');
        await other.keep('typed, and typed on');
        other.end();
        assert.equal((await one.load()).kept.typed, 'typed, and typed on');
        assert.deepEqual([shelf.names.length, one.tab?.copy], [1, null]);
    });
}

test('a copy that was made under another name says nothing of this one', async () => {
    const one = new Browsing();
    await one.load();
    await one.keep('typed');
    one.tab?.keep('name-of-before', null);
    one.end();
    assert.equal((await one.load()).kept.typed, 'typed');
});

test('a tab that is no more is gone on from by the next page of this person and form, under its name', async () => {
    const crashed = new Browsing();
    await crashed.load();
    await crashed.keep('typed');
    crashed.end();
    const next = new Browsing();
    const start = await next.load();
    assert.deepEqual([start.clientId, start.kept.typed, start.foundAt], ['name-1', 'typed', now]);
    next.end();
    assert.equal((await next.load()).clientId, 'name-1', 'and over a reload');
});

test('a tab that has nothing of its own finds it, too', async () => {
    const one = new Browsing();
    await one.load();
    const crashed = new Browsing();
    await crashed.load();
    await crashed.keep('typed');
    crashed.end();
    one.end();
    const start = await one.load();
    assert.deepEqual([start.clientId, start.kept.typed], ['name-2', 'typed']);
});

test('of several the oldest comes first; the others are told of', async () => {
    for (const typed of ['first', 'second', 'third']) {
        const crashed = new Browsing();
        crashed.storage.setItem('formroom.tab.alice.form-1.id', `of-${typed}`);
        shelf.isBroken = true; // so that none goes on from the one before
        await crashed.load();
        shelf.isBroken = false;
        await crashed.keep(typed);
        crashed.end();
    }
    const next = new Browsing();
    assert.equal((await next.load()).kept.typed, 'first');
    const left = orphansAmong((await next.outboxes.list(FORM)) ?? [], locks.names);
    assert.deepEqual(
        left.map(({ kept }) => kept.typed),
        ['second', 'third'],
    );
});

test('c3 what a tab keeps that is still there is nobody else’s', async () => {
    const one = new Browsing();
    await one.load();
    await one.keep('typed');
    const other = new Browsing();
    assert.deepEqual(await other.load(), { clientId: 'name-2', kept: null, foundAt: null });
    const twin = one.duplicate();
    const start = twin.load();
    locks.patienceEnds();
    assert.deepEqual(await start, { clientId: 'name-3', kept: null, foundAt: null });
    assert.deepEqual(orphansAmong((await other.outboxes.list(FORM)) ?? [], locks.names), []);
});

test('c3 of two pages that are opened at once, one goes on from it', async () => {
    const crashed = new Browsing();
    await crashed.load();
    await crashed.keep('typed');
    crashed.end();
    const starts = await Promise.all([new Browsing().load(), new Browsing().load()]);
    assert.deepEqual(starts.map(({ kept }) => kept?.typed ?? null).sort(), [null, 'typed'].sort());
    assert.equal(new Set(starts.map(({ clientId }) => clientId)).size, 2);
});

test('c3 what another has sent between the look and the lock is not sent again', async () => {
    const crashed = new Browsing();
    await crashed.load();
    await crashed.keep('typed');
    crashed.end();
    const next = new Browsing();
    const { list } = next.outboxes;
    next.outboxes.list = async (form) => {
        const found = await list.call(next.outboxes, form);
        shelf.entries.clear();
        return found;
    };
    assert.deepEqual(await next.load(), { clientId: 'name-2', kept: null, foundAt: null });
    assert.equal(locks.names.has('name-1'), false);
});

test('a name that a tab takes later: what was kept goes with it, in one', async () => {
    const one = new Browsing();
    await one.load();
    await one.keep('typed');
    one.clientId = 'renamed';
    await one.keep('typed');
    assert.deepEqual(shelf.names, ['alice form-1 renamed']);
    await one.place?.write(null);
    assert.deepEqual(shelf.names, []);
});

test('i7 nobody goes on from what another person kept, and the next page of anybody else takes it out', async () => {
    const alice = new Browsing('alice');
    await alice.load();
    await alice.keep('for nobody else');
    alice.end();
    const bob = new Browsing('bob');
    Object.assign(bob.storage, alice.storage);
    assert.deepEqual(await bob.load(), { clientId: 'name-2', kept: null, foundAt: null });
    assert.deepEqual(await bob.outboxes.list(), []);
    await bob.outboxes.sweep();
    assert.deepEqual(shelf.names, []);
});

test('c3 what is as old as the server forgets is not shown, and taken out', async () => {
    const crashed = new Browsing();
    await crashed.load();
    await crashed.keep('typed');
    crashed.end();
    now += 30 * DAY - 1;
    await crashed.outboxes.sweep();
    assert.equal(shelf.names.length, 1);
    now += 1;
    assert.deepEqual(await new Browsing().load(), { clientId: 'name-2', kept: null, foundAt: null });
    await crashed.outboxes.sweep();
    assert.deepEqual(shelf.names, []);
});

test('c3 nor is a copy in a tab that a browser brings back after so long', async () => {
    const one = new Browsing();
    await one.load();
    one.copy('typed');
    one.end();
    now += 30 * DAY;
    assert.equal((await one.load()).kept, null);
});

test('what this release cannot read is left alone', async () => {
    const entry = { user: 'alice', form: FORM, clientId: 'older', shape: 0, at: now, kept: {} };
    await shelf.write(entry);
    assert.equal((await new Browsing().load()).kept, null);
    await outboxesOf().sweep();
    assert.equal(shelf.names.length, 1);
});

test('a browser that does not say what it keeps: nothing is gone on from, and nothing written over', async () => {
    const one = new Browsing();
    await one.load();
    await one.keep('typed');
    one.end();
    shelf.isBroken = true;
    assert.deepEqual(await one.load(), { clientId: 'name-2', kept: null, foundAt: null });
    shelf.isBroken = false;
    await one.keep('other');
    assert.deepEqual(shelf.names, ['alice form-1 name-1', 'alice form-1 name-2']);
});

test('without locks only the copy is gone on from, under the name that it was made under', async () => {
    const storage = /** @type {any} */ (new Storage());
    const given = { form: FORM, outboxes: outboxesOf(), newId: () => `name-${(names += 1)}` };
    const load = () => new Tab({ user: 'alice', form: FORM }, () => storage, null);
    await shelf.write({ user: 'alice', form: FORM, clientId: 'perhaps-there', shape: 1, at: now, kept: {} });
    const first = load();
    assert.deepEqual(await findStart({ ...given, tab: first }), { clientId: 'name-1', kept: null, foundAt: null });
    first.keep('name-1', { clientId: 'name-1', typed: 'typed' });
    const again = await findStart({ ...given, tab: load() });
    assert.deepEqual([again.clientId, again.kept.typed], ['name-1', 'typed']);
});
