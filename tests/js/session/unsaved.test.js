// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PEOPLE, Site, settled } from './support/browsers.js';

/** @param {number[]} unsaved in each of the tabs */
function tabsWith(...unsaved) {
    const site = new Site();
    const browser = site.browser().signIn(PEOPLE.alice);
    const tabs = unsaved.map((count) => Object.assign(browser.open(), { unsaved: count }));
    return { site, tabs };
}

/**
 * @param {import('./support/browsers.js').Site} site
 * @param {import('./support/browsers.js').Tab} tab
 */
async function countIn(site, tab) {
    const counting = tab.questions.count();
    await settled();
    site.pass(250);
    return counting;
}

test('before one signs out, what is not saved in the other tabs is known', async () => {
    const { site, tabs } = tabsWith(1, 2, 0, 5);
    assert.deepEqual(await countIn(site, tabs[0]), { here: 1, elsewhere: 7, kept: 0 });
    assert.deepEqual(await countIn(site, tabs[2]), { here: 0, elsewhere: 8, kept: 0 });
});

test('nothing unsaved anywhere is nothing to ask about', async () => {
    const { site, tabs } = tabsWith(0, 0);
    assert.deepEqual(await countIn(site, tabs[0]), { here: 0, elsewhere: 0, kept: 0 });
    assert.deepEqual(await countIn(site, tabs[0]), { here: 0, elsewhere: 0, kept: 0 });
});

test('what was on its way is saved by the time the answers are in', async () => {
    const { site, tabs } = tabsWith(1);
    const counting = tabs[0].questions.count();
    tabs[0].unsaved = 0;
    site.pass(250);
    assert.deepEqual(await counting, { here: 0, elsewhere: 0, kept: 0 });
});

test('answers to another question, or too late, do not count', async () => {
    const { site, tabs } = tabsWith(0, 3);
    const counting = tabs[0].questions.count();
    tabs[1].say({ type: 'unsaved', question: 'of somebody else', count: 9 });
    await settled();
    site.pass(250);
    assert.deepEqual(await counting, { here: 0, elsewhere: 3, kept: 0 });
    site.pass(1000);
    assert.deepEqual(await countIn(site, tabs[0]), { here: 0, elsewhere: 3, kept: 0 }, 'each time anew');
});

test('what is kept of tabs that are no more would be lost, too', async () => {
    const { site, tabs } = tabsWith(1, 0);
    Object.assign(tabs[1], { kept: 3 });
    assert.deepEqual(await countIn(site, tabs[1]), { here: 0, elsewhere: 1, kept: 3 });
});

test('what another browser has is not asked for', async () => {
    const { site, tabs } = tabsWith(0);
    Object.assign(site.browser().signIn(PEOPLE.bob).open(), { unsaved: 4 });
    assert.deepEqual(await countIn(site, tabs[0]), { here: 0, elsewhere: 0, kept: 0 });
});
