// @ts-check
/** One person, one form, and a network and a browser that fail in every order: the last that was typed is there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Random, seedOf } from '../random.js';
import { Browser, Site, settled } from './support/site.js';

const STORIES = Number(process.env.STORIES ?? 200);
const STEPS = 30;

/** @typedef {import('./support/site.js').Tab} Tab */

class Story {
    site = new Site();
    browser = new Browser(this.site);
    last = '';
    #typed = 0;
    /** @type {any} */
    #tab = null;
    /** @type {string[]} */
    log = [];

    /** @param {number} seed */
    constructor(seed) {
        this.random = new Random(seed);
    }

    /** @returns {Tab} */
    get tab() {
        return this.#tab;
    }

    async open() {
        this.#tab = await this.browser.open();
    }

    async step() {
        const { type, wait, change, release, go, kill } = this;
        const steps = [type, type, type, wait, wait, change, change, release, go, kill];
        const step = this.random.choice(steps);
        this.log.push(step.name);
        await step.call(this);
    }

    async type() {
        this.#typed += 1;
        this.last = `text ${this.#typed}`;
        this.tab.type({ title: this.last });
        await settled();
    }

    async wait() {
        await this.tab.wait(this.random.choice([10, 300, 600, 3_000, 40_000]));
    }

    async change() {
        const modes = /** @type {const} */ (['up', 'up', 'down', 'answers lost', 'held', 'broken']);
        this.site.network = this.random.choice([...modes]);
        this.log.push(this.site.network);
    }

    /** What is on the wire arrives, in any order. */
    async release() {
        const order = [...Array(this.site.heldCount).keys()];
        this.site.release(order.sort(() => this.random.next() - 0.5));
        await settled();
    }

    /** A page is left for another one. */
    async go() {
        this.tab.draft.leave();
        await this.kill();
    }

    /** The next one is not seen before somebody looks at it, nor typed in before it is there. */
    async kill() {
        this.tab.kill();
        await this.open();
        if (this.tab.fields.title !== this.last) {
            await this.end(); // it does not know yet
        }
    }

    async end() {
        await this.release();
        for (let turn = 0; turn < 6; turn += 1) {
            await this.tab.wait(60_000);
        }
    }
}

test('whatever fails, the last that was typed is on the page and on the server, and is no quarrel', async (context) => {
    const first = seedOf(context);
    for (let seed = first; seed < first + STORIES; seed += 1) {
        const story = new Story(seed);
        await story.open();
        for (let step = 0; step < STEPS; step += 1) {
            await story.step();
        }
        await story.end();
        const { tab, site, browser } = story;
        const told = `seed ${seed}: ${story.log.join(', ')}`;
        assert.equal(tab.fields.title, story.last, told);
        assert.deepEqual([tab.line, site.row('alice').data.title ?? ''], [story.last === '' ? 'none' : 'saved', story.last], told);
        assert.ok(tab.notice === null || tab.notice === 'restored' || tab.notice === 'buffered', told);
        assert.equal(browser.kept, '', told);
    }
});
