// @ts-check
/** Drafts as stories: what is typed is saved, what was typed comes back, and nothing else does. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { sweepDrafts } from '../../../static/js/kept-drafts.js';
import { Browser, Site, settled } from './support/site.js';

/** @type {Site} */
let site;
/** @type {Browser} */
let browser;

beforeEach(() => {
    site = new Site();
    browser = new Browser(site);
});

/** @param {string} title */
function posts(title = 'POST /save/') {
    return site.log.filter((line) => line === title).length;
}

// --- saving ---------------------------------------------------------------------------------------

test('what is typed is saved half a second after the last key, and said to be', async () => {
    const tab = await browser.open();
    assert.equal(tab.line, 'none');
    tab.type({ title: 'N' });
    assert.equal(tab.line, 'saving');
    await tab.wait(400);
    tab.type({ title: 'Ni' });
    await tab.wait(499);
    assert.equal(posts(), 0);
    await tab.wait(1);
    assert.deepEqual(site.row('alice').data, { title: 'Ni', note: '' });
    assert.equal(tab.line, 'saved');
    assert.match(String(tab.savedAt), /^\d\d:\d\d$/);
    assert.equal(posts(), 1);
});

test('who types without a pause is saved every five seconds', async () => {
    const tab = await browser.open();
    for (let key = 0; key < 60; key += 1) {
        tab.type({ title: 'x'.repeat(key + 1) });
        await tab.wait(100);
    }
    assert.equal(posts(), 1);
    assert.equal(site.row('alice').data.title.length, 50); // what was there after five seconds
});

test('one request at a time, and the newest after it', async () => {
    const tab = await browser.open();
    site.network = 'held';
    await tab.write({ title: 'one' });
    await tab.write({ title: 'two' });
    await tab.write({ title: 'three' });
    site.release();
    await settled();
    await tab.wait(0);
    assert.equal(posts(), 2);
    assert.deepEqual([site.row('alice').data.title, site.row('alice').version], ['three', 2]);
    assert.equal(tab.line, 'saved');
});

test('nothing is sent where nothing was changed, and what is taken back is nothing', async () => {
    const tab = await browser.open();
    await tab.write({ title: '' });
    assert.equal(posts(), 0);
    await tab.write({ title: 'x' });
    await tab.write({ title: '' });
    assert.deepEqual(site.row('alice').data, {});
    assert.equal(tab.line, 'none');
});

test('the clock of the machine does not matter', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'one' });
    site.time -= 365 * 24 * 3600 * 1000;
    await tab.write({ title: 'two' });
    assert.equal(site.row('alice').data.title, 'two');
});

test('too long for a draft: it is said and not sent, until it is shorter', async () => {
    const tab = await browser.open();
    await tab.write({ note: 'é'.repeat(600_000) });
    assert.equal(tab.line, 'too_large');
    assert.equal(posts(), 0);
    await tab.write({ note: 'short' });
    assert.equal(tab.line, 'saved');
});

// --- coming back ----------------------------------------------------------------------------------

test('what was typed is there after a reload, with a notice', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'Night shift' });
    const again = await tab.reload();
    assert.equal(again.fields.title, 'Night shift');
    assert.equal(again.notice, 'restored');
    assert.equal(again.line, 'saved');
    await again.write({ title: 'Night shift 2' });
    assert.deepEqual([site.row('alice').data.title, site.row('alice').version], ['Night shift 2', 2]);
});

test('a reload right after the last key: it goes out with the page', async () => {
    const tab = await browser.open();
    tab.type({ title: 'last words' });
    const again = await tab.reload();
    assert.equal(again.fields.title, 'last words');
    await again.wait(0);
    assert.equal(again.line, 'saved');
    assert.equal(site.row('alice').version, 1, 'it is one save, however often it was sent');
    assert.equal(browser.kept, '');
});

test('a killed tab: what the server has not got is in the browser, and is sent', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'saved' });
    tab.type({ title: 'saved, and more' });
    tab.kill();
    const again = await browser.open();
    assert.equal(again.fields.title, 'saved, and more');
    assert.equal(again.notice, 'restored');
    assert.deepEqual([site.row('alice').data.title, browser.kept], ['saved, and more', '']);
});

test('a reload while a save is under way: whichever arrives, the newest is there', async () => {
    for (const order of [
        [0, 1],
        [1, 0],
    ]) {
        site = new Site();
        browser = new Browser(site);
        const tab = await browser.open();
        site.network = 'held';
        await tab.write({ title: 'one' });
        tab.type({ title: 'one two' });
        tab.draft.leave();
        tab.kill();
        site.release(order);
        await settled();
        const again = await browser.open();
        await again.wait(0);
        assert.equal(again.fields.title, 'one two');
        assert.equal(again.line, 'saved');
        assert.equal(site.row('alice').data.title, 'one two');
    }
});

test('a form shown again with what was sent is newer than its draft', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'an older draft' });
    tab.kill();
    const again = await browser.open({ filled: { title: 'sent, and refused' } });
    await again.wait(0);
    assert.equal(again.fields.title, 'sent, and refused');
    assert.equal(site.row('alice').data.title, 'sent, and refused');
    assert.equal(again.notice, null);
});

test('typing that is faster than the draft asks which one is meant', async () => {
    site.saveElsewhere({ title: 'the draft', note: '' });
    site.network = 'held';
    const tab = await browser.open();
    tab.type({ title: 'typed at once' });
    site.release();
    await settled();
    assert.equal(tab.notice, 'both');
    assert.equal(tab.fields.title, 'typed at once');
    await tab.wait(5_000);
    assert.equal(posts(), 0, 'neither is overwritten');
    await tab.draft.loadOther();
    assert.equal(tab.fields.title, 'the draft');
});

for (const choice of /** @type {const} */ (['loadOther', 'keepMine'])) {
    test(`typing that is faster than what the browser kept asks too: ${choice}`, async () => {
        const tab = await browser.open();
        tab.type({ title: 'kept' });
        tab.kill();
        site.network = 'held';
        const again = await browser.open();
        again.type({ title: 'typed at once' });
        site.release();
        await settled();
        assert.equal(again.notice, 'both');
        assert.match(browser.kept, /kept/, 'it is not lost before somebody has chosen');
        await again.draft[choice]();
        await again.wait(60_000);
        const chosen = choice === 'keepMine' ? 'typed at once' : 'kept';
        assert.deepEqual([again.fields.title, site.row('alice').data.title, again.line], [chosen, chosen, 'saved']);
    });
}

test('a page that is loaded without the server, and typed in at once, loses neither', async () => {
    const tab = await browser.open();
    tab.type({ title: 'kept' });
    tab.kill();
    site.network = 'held';
    const again = await browser.open();
    again.type({ title: 'typed at once' });
    site.fail();
    await settled();
    assert.deepEqual([again.notice, again.fields.title], ['both', 'typed at once']);
    assert.match(browser.kept, /kept/);
    await again.draft.loadOther();
    assert.equal(again.fields.title, 'kept');
    await again.wait(60_000);
    assert.deepEqual([site.row('alice').data.title, again.line], ['kept', 'saved']);
});

test('what was discarded is gone, for a late save too, and can be brought back', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'x' });
    const again = await tab.reload();
    site.network = 'held';
    await again.write({ title: 'xy' });
    const done = again.draft.discard();
    site.release([1, 0]);
    await done;
    await settled();
    assert.deepEqual([again.fields.title, again.notice, again.line], ['', 'discarded', 'none']);
    assert.deepEqual(site.row('alice').data, {});
    again.draft.undo();
    await settled();
    assert.deepEqual([again.fields.title, again.notice, again.line], ['xy', null, 'saved']);
    assert.equal(site.row('alice').data.title, 'xy');
});

// --- the end --------------------------------------------------------------------------------------

test('a submission cancels what is waiting, and nothing is revived', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'x' });
    tab.type({ title: 'xy' });
    tab.draft.submitted();
    site.end();
    await tab.wait(10_000);
    tab.draft.leave();
    assert.equal(posts(), 1);
    const again = await tab.reload();
    assert.deepEqual([again.fields.title, again.notice, again.line], ['', null, 'none']);
    assert.equal(browser.kept, '');
});

test('a save that was under way when the form was sent ends nothing and says nothing', async () => {
    const tab = await browser.open();
    site.network = 'held';
    await tab.write({ title: 'x' });
    tab.draft.submitted();
    site.end();
    site.release();
    await settled();
    assert.deepEqual(site.row('alice').data, {});
    assert.equal(tab.notice, null);
});

test('nothing follows a save that was under way when the form was sent', async () => {
    const tab = await browser.open();
    site.network = 'held';
    await tab.write({ title: 'x' });
    tab.type({ title: 'xy' });
    tab.draft.submitted();
    site.release();
    await settled();
    await tab.wait(60_000);
    tab.draft.hurry();
    await settled();
    assert.deepEqual([posts(), site.row('alice').data.title], [1, 'x']);
});

test('a submission that did not happen: who types on is saved again', async () => {
    const tab = await browser.open();
    tab.type({ title: 'x' });
    tab.draft.submitted();
    await tab.write({ title: 'xy' });
    assert.equal(site.row('alice').data.title, 'xy');
});

test('a draft that was sent elsewhere: the late autosave stops, and says so', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'x' });
    site.end();
    await tab.write({ title: 'xy' });
    assert.deepEqual([tab.line, tab.notice, tab.fields.title], ['over', 'over', 'xy']);
    assert.deepEqual(site.row('alice').data, {});
    assert.equal(browser.kept, '');
    await tab.write({ title: 'xyz' });
    assert.equal(posts(), 2, 'it stops');
    tab.draft.keepAsNew();
    await tab.wait(0);
    assert.deepEqual([tab.line, site.row('alice').data.title], ['saved', 'xyz']);
});

test('the server says that there is none: what the browser kept is dropped and not shown', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'x' });
    site.network = 'down';
    await tab.write({ title: 'xy' });
    assert.match(browser.kept, /xy/);
    tab.kill();
    site.network = 'up';
    site.end();
    const again = await browser.open();
    assert.deepEqual([again.fields.title, again.notice, browser.kept], ['', null, '']);
    assert.deepEqual(site.row('alice').data, {});
});

test('… also where it forgot that there ever was one', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'x' });
    tab.type({ title: 'xy' });
    tab.kill();
    Object.assign(site.row('alice'), { data: {}, version: 0, ended: 0 });
    const again = await browser.open();
    assert.deepEqual([again.fields.title, browser.kept, site.row('alice').version], ['', '', 0]);
});

test('a server that remembers less than the page, out of its backup: what is typed can still be kept', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'x' });
    await tab.write({ title: 'xy' });
    Object.assign(site.row('alice'), { data: { title: 'x', note: '' }, version: 1 });
    await tab.write({ title: 'xyz' });
    assert.deepEqual([tab.line, tab.fields.title], ['apart', 'xyz']);
    tab.draft.keepMine();
    await tab.wait(0);
    assert.deepEqual([tab.line, site.row('alice').data.title], ['saved', 'xyz']);
});

// --- no network -----------------------------------------------------------------------------------

test('without a server what is typed is in the browser, said to be, and sent when there is one', async () => {
    const tab = await browser.open();
    site.network = 'down';
    await tab.write({ title: 'x' });
    assert.equal(tab.line, 'unreachable');
    assert.match(browser.kept, /"x"/);
    assert.equal(tab.draft.view.cannotKeep, false);
    await tab.write({ title: 'xy' });
    site.network = 'up';
    await tab.wait(60_000);
    await tab.wait(0);
    assert.deepEqual([tab.line, site.row('alice').data.title, browser.kept], ['saved', 'xy', '']);
});

test('a page that is loaded without the server shows what this browser kept, and says so', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'x' });
    site.network = 'broken';
    await tab.write({ title: 'xy' });
    tab.kill();
    const again = await browser.open();
    assert.deepEqual([again.fields.title, again.notice, again.line], ['xy', 'buffered', 'unreachable']);
    site.network = 'up';
    await again.wait(60_000);
    assert.deepEqual([again.line, site.row('alice').data.title, browser.kept], ['saved', 'xy', '']);
});

test('… and a draft that ended meanwhile is not revived by it', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'x' });
    site.network = 'down';
    await tab.write({ title: 'xy' });
    tab.kill();
    const again = await browser.open();
    site.end();
    site.network = 'up';
    await again.wait(60_000);
    assert.deepEqual([again.notice, site.row('alice').data], ['over', {}]);
});

test('an answer that is lost a thousand times: saved once, and never a quarrel with oneself', async () => {
    const tab = await browser.open();
    for (let number = 1; number <= 1000; number += 1) {
        site.network = 'answers lost';
        await tab.write({ title: `a${number}` });
        tab.type({ title: `b${number}` });
        site.network = 'up';
        await tab.wait(60_000);
        await tab.wait(0);
        const { data, version } = site.row('alice');
        assert.deepEqual([tab.line, tab.notice, data.title, version], ['saved', null, `b${number}`, 2 * number]);
    }
});

test('it asks less and less often, and at once when there is a network or a key', async () => {
    const tab = await browser.open();
    site.network = 'broken';
    let asked = 0;
    const { fetch } = site;
    site.fetch = (...of) => ((asked += 1), fetch.apply(site, of));
    await tab.write({ title: 'x' });
    for (let second = 0; second < 120; second += 1) {
        await tab.wait(1_000);
    }
    assert.ok(asked > 4 && asked < 12, `${asked} times`);
    site.network = 'up';
    tab.draft.hurry();
    await settled();
    assert.equal(tab.line, 'saved');
});

test('a browser that keeps nothing: all works, and it says so', async () => {
    browser.isForbidden = true;
    const tab = await browser.open();
    await tab.write({ title: 'x' });
    assert.deepEqual([tab.line, tab.draft.view.cannotKeep, tab.draft.wouldLose], ['saved', true, false]);
    site.network = 'down';
    await tab.write({ title: 'xy' });
    assert.deepEqual([tab.line, tab.draft.view.cannotKeep, tab.draft.wouldLose], ['unreachable', true, true]);
    site.network = 'up';
    assert.equal((await tab.reload()).fields.title, 'xy', 'what goes out with the page arrives');
});

test('of two tabs without a network the browser keeps the later words, and asks before the earlier ones go', async () => {
    const [one, other] = [await browser.open(), await browser.open()];
    site.network = 'down';
    await one.write({ title: 'of the one' });
    assert.equal(one.draft.wouldLose, false);
    await other.write({ title: 'of the other' });
    assert.deepEqual([one.draft.wouldLose, other.draft.wouldLose], [true, false]);
});

test('a browser that is full keeps nothing half', async () => {
    const tab = await browser.open();
    site.network = 'down';
    await tab.write({ title: 'x' });
    browser.storage.setItem = () => {
        throw new Error('QuotaExceededError');
    };
    await tab.write({ title: 'xy' });
    assert.deepEqual([tab.draft.view.cannotKeep, Object.keys(browser.storage)], [true, ['setItem']]);
});

// --- two tabs -------------------------------------------------------------------------------------

test('two tabs are told of each other, and neither overwrites the other', async () => {
    const [one, other] = [await browser.open(), await browser.open()];
    await one.write({ title: 'one' });
    assert.deepEqual([other.notice, other.draft.view.notice?.isTab], ['changed', true]);
    await other.write({ title: 'other' });
    assert.equal(site.row('alice').data.title, 'one');
    assert.equal(other.line, 'apart');
    other.draft.keepMine();
    await other.wait(0);
    assert.equal(site.row('alice').data.title, 'other');
    assert.deepEqual([other.line, one.notice], ['saved', 'changed']);
    await one.draft.loadOther();
    assert.deepEqual([one.fields.title, one.line, one.notice], ['other', 'saved', null]);
    await one.write({ title: 'one again' });
    assert.equal(site.row('alice').data.title, 'one again');
});

test('a tab that heard nothing is told by the server', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'x' });
    site.saveElsewhere({ title: 'from the phone', note: '' });
    await tab.write({ title: 'xy' });
    assert.deepEqual([tab.notice, tab.draft.view.notice?.isTab, tab.fields.title], ['changed', false, 'xy']);
    assert.match(browser.kept, /xy/, 'until somebody has chosen');
    const again = await tab.reload();
    assert.deepEqual([again.notice, again.fields.title], ['changed', 'xy']);
    await again.draft.loadOther();
    assert.deepEqual([again.fields.title, again.notice, browser.kept], ['from the phone', null, '']);
});

test('one tab discards: the other says so, and what is not typed in needs no saying', async () => {
    const one = await browser.open();
    await one.write({ title: 'x' });
    const [other, blank] = [await browser.open(), await browser.open()];
    await blank.draft.loadOther();
    blank.fields.title = '';
    await one.draft.discard();
    await settled();
    assert.equal(other.notice, 'over');
    await other.write({ title: 'still here' });
    assert.deepEqual(site.row('alice').data, {});
});

test('a tab in which nothing was typed goes on with the next draft', async () => {
    const [one, other] = [await browser.open(), await browser.open()];
    await one.draft.discard();
    await settled();
    assert.equal(other.notice, null);
    await other.write({ title: 'new' });
    assert.deepEqual([site.row('alice').data.title, other.line], ['new', 'saved']);
});

test('the page after a submission tells the other tabs that the draft is over', async () => {
    const [one, other] = [await browser.open(), await browser.open()];
    await one.write({ title: 'x' });
    await other.draft.loadOther();
    one.draft.submitted();
    site.end();
    await one.reload();
    await settled();
    assert.equal(other.notice, 'over');
});

test('news that come while a save is under way wait for its answer', async () => {
    const [one, other] = [await browser.open(), await browser.open()];
    site.network = 'held';
    await one.write({ title: 'one' });
    await other.write({ title: 'other' });
    site.release();
    await settled();
    assert.deepEqual([one.line, one.notice], ['saved', null]);
    assert.deepEqual([other.line, other.notice], ['apart', 'changed']);
});

test('two tabs without a network do not take out what the other keeps', async () => {
    const [one, other] = [await browser.open(), await browser.open()];
    site.network = 'down';
    await one.write({ title: 'one' });
    await other.write({ title: 'other' });
    one.draft.stop();
    assert.match(browser.kept, /other/);
});

// --- whose ----------------------------------------------------------------------------------------

test('i7 what Alice left in the browser is not shown to Bob, and is deleted', async () => {
    const alice = await browser.open();
    site.network = 'down';
    await alice.write({ title: 'secret' });
    alice.kill();
    Object.assign(browser, { user: 'bob', token: 'token-2' });
    sweepDrafts('bob', browser.getStorage); // as every page of Bob's does
    const bob = await browser.open();
    assert.deepEqual([bob.fields.title, bob.notice, browser.kept], ['', null, '']);
    site.network = 'up';
    await bob.wait(60_000);
    assert.deepEqual(site.row('bob').data, {});
});

test('i7 an entry under the wrong name is refused and deleted', async () => {
    const entry = { user: 'alice', base: 0, data: { title: 'secret' }, sent: [], at: site.at };
    browser.user = 'bob';
    browser.storage.setItem('formroom.draft.bob.trial', JSON.stringify(entry));
    const bob = await browser.open();
    assert.deepEqual([bob.fields.title, browser.kept, posts()], ['', '', 0]);
});

for (const [what, entry] of /** @type {[string, any][]} */ ([
    ['no JSON', '{'],
    ['no entry', '7'],
    ['no base', { user: 'alice', data: { title: 'x' }, at: '2026-11-21T14:00:00Z' }],
    ['no data', { user: 'alice', base: 0, data: 'x', at: '2026-11-21T14:00:00Z' }],
    ['no time', { user: 'alice', base: 0, data: { title: 'x' } }],
    ['too old', { user: 'alice', base: 0, data: { title: 'x' }, at: '2026-11-07T14:02:00Z' }],
])) {
    test(`an entry that is ${what} is deleted`, async () => {
        const text = typeof entry === 'string' ? entry : JSON.stringify(entry);
        browser.storage.setItem('formroom.draft.alice.trial', text);
        const tab = await browser.open();
        assert.deepEqual([tab.fields.title, browser.kept, posts()], ['', '', 0]);
    });
}

test('i7 a page that is still open when Bob signs in reaches nothing of his, and keeps nothing', async () => {
    const tab = await browser.open();
    await tab.write({ title: 'Alice' });
    site.saveElsewhere({ title: 'Bob', note: '' }, 'bob');
    Object.assign(browser, { user: 'bob', token: 'token-2' });
    await tab.write({ title: 'Alice writes on' });
    assert.equal(site.row('bob').data.title, 'Bob');
    assert.deepEqual([tab.line, browser.kept], ['none', '']);
    await tab.write({ title: 'and on' });
    tab.draft.leave();
    assert.equal(site.row('bob').data.title, 'Bob');
    assert.equal(site.row('alice').data.title, 'Alice');
});

test('i7 not even with his token', async () => {
    const tab = await browser.open();
    Object.assign(browser, { user: 'bob', token: 'token-2' });
    tab.pageToken = 'token-2';
    await tab.write({ title: 'Alice' });
    assert.deepEqual([site.row('bob').data, tab.line, browser.kept], [{}, 'none', '']);
});

test('signed out: nothing is sent, and all of it when one is signed in again', async () => {
    const tab = await browser.open();
    browser.user = null;
    await tab.write({ title: 'x' });
    assert.equal(tab.line, 'signed_out');
    const asked = posts();
    await tab.write({ title: 'xy' });
    await tab.wait(60_000);
    assert.equal(posts(), asked);
    Object.assign(browser, { user: 'alice', token: 'token-2' }); // the page still has the old token
    tab.draft.signedIn();
    await settled();
    await tab.wait(0);
    assert.deepEqual([tab.line, site.row('alice').data.title], ['saved', 'xy']);
});

test('sweeping takes out drafts alone', () => {
    for (const key of ['formroom.draft.a.x', 'formroom.draft.b.x', 'formroom.draft.b2.x', 'formroom.tab.a.x', 'else']) {
        browser.storage.setItem(key, '1');
    }
    sweepDrafts('b', browser.getStorage);
    assert.deepEqual(Object.keys(browser.storage).sort(), ['else', 'formroom.draft.b.x', 'formroom.tab.a.x']);
    sweepDrafts(null, browser.getStorage);
    assert.deepEqual(Object.keys(browser.storage).sort(), ['else', 'formroom.tab.a.x']);
    browser.isForbidden = true;
    sweepDrafts(null, browser.getStorage);
});
