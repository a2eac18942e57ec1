// @ts-check
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { PEOPLE, Site, settled } from './support/browsers.js';

const ACTIVITY = 'POST /api/session/activity/';

/** @type {Site} */
let site;
/** @type {import('./support/browsers.js').Tab} */
let tab;

beforeEach(() => {
    site = new Site();
    tab = site.browser().signIn(PEOPLE.alice).open();
    site.pass(3_600_000);
});

test('who did nothing for a while is asked, and sees the time run', () => {
    tab.idle.told(120);
    assert.deepEqual(tab.log, ['asked']);
    assert.equal(tab.idle.left, 120);
    site.pass(61_500);
    assert.equal(tab.idle.left, 59);
    site.pass(600_000);
    assert.equal(tab.idle.left, 0, 'it never runs below');
    assert.deepEqual(site.log, [], 'a page does not answer for its person');
});

test('whatever somebody does is an answer', async () => {
    tab.idle.told(120);
    tab.idle.acted();
    tab.idle.acted();
    await settled();
    assert.deepEqual(tab.log, ['asked', 'calm']);
    assert.equal(site.log.filter((request) => request === ACTIVITY).length, 1, 'which is told once');
    assert.equal(tab.idle.left, null);
});

test('the question goes away when the server takes it back: one was busy elsewhere', () => {
    tab.idle.told(120);
    tab.idle.told(null);
    assert.deepEqual(tab.log, ['asked', 'calm']);
    tab.idle.told(null);
    assert.deepEqual(tab.log, ['asked', 'calm']);
});

test('who is at the page, reading or typing what is not sent, is not asked; the server is told', async () => {
    tab.idle.acted();
    site.pass(50_000);
    tab.idle.told(120);
    await settled();
    assert.deepEqual(tab.log.includes('asked'), false);
    assert.equal(site.log.at(-1), ACTIVITY);
});

test('an answer that the server did not hear is asked for again, with the time that is left', async () => {
    tab.idle.told(120);
    site.isUp = false;
    await tab.idle.stay();
    assert.deepEqual(tab.log, ['asked', 'calm', 'asked again']);
    site.pass(20_000);
    assert.equal(tab.idle.left, 100);
    site.isUp = true;
    await tab.idle.stay();
    assert.deepEqual(tab.log.slice(3), ['calm']);
});

test('an answer that failed says nothing of what the server has told since', async () => {
    tab.idle.told(120);
    site.isUp = false;
    const staying = tab.idle.stay();
    tab.idle.told(90);
    await staying;
    assert.deepEqual(tab.log, ['asked', 'calm', 'asked']);
    assert.equal(tab.idle.left, 90);
    tab.idle.told(null);
    await tab.idle.stay();
    assert.deepEqual(tab.log.slice(3), ['calm'], 'nor where nothing was asked');
});

test('when the time is up the question goes, and the end is told instead', async () => {
    tab.idle.told(2);
    site.pass(2_000);
    tab.browser.end('idle');
    await settled();
    assert.deepEqual(tab.log, ['asked', 'calm', 'ended: idle']);
});

test('an answer that comes too late does not bring the question back', async () => {
    tab.idle.told(2);
    tab.isConnected = false; // its socket is not told
    tab.browser.end('idle');
    await tab.idle.stay();
    await settled();
    assert.deepEqual(tab.log, ['asked', 'calm', 'ended: idle']);
});
