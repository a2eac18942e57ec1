// @ts-check
/**
 * A site that keeps drafts by the rules of docs/protocol.md, the browsers of those who use it, and the pages in them.
 *
 * The server here is a few lines of its own; that the real one keeps the same rules, tests/drafts/ shows. A page runs the
 * real state machine over the real API, the real channel and the real keeper of copies. The network is moved by hand.
 */

import { Draft } from '../../../../static/js/drafts/draft.js';
import { KeptDraft } from '../../../../static/js/kept-drafts.js';
import { DraftApi, joinDraft } from '../../../../static/js/net/drafts.js';
import { timeOf } from '../../../../static/js/ui/drafts/words.js';
import { Clock } from '../../net/support/environment.js';

const START = Date.parse('2026-11-21T14:03:00.000Z');
const MEBIBYTE = 1024 * 1024;

/** @typedef {{data: any, version: number, ended: number, savedAt: string | null}} Row */

export class Site extends Clock {
    time = START;
    /** How the network is: `answers lost`: the server hears everything, and nobody hears the server. */
    /** @type {'up' | 'down' | 'answers lost' | 'held' | 'broken'} */
    network = 'up';
    /** @type {string[]} what the server was asked, by method and path */
    log = [];
    /** @type {Map<string, Row>} */
    #rows = new Map();
    /** @type {{arrive: () => void, lose: () => void}[]} */
    #held = [];

    random = () => 1;

    /**
     * @param {string} user
     * @param {string} form
     * @returns {Row}
     */
    row(user, form = 'trial') {
        const key = `${user}/${form}`;
        const row = this.#rows.get(key) ?? { data: {}, version: 0, ended: 0, savedAt: null };
        this.#rows.set(key, row);
        return row;
    }

    /** A submission, or a discard somewhere else. */
    end(user = 'alice', form = 'trial') {
        const row = this.row(user, form);
        row.version += 1;
        row.ended = row.version;
        row.data = {};
    }

    /** Another device saves. */
    saveElsewhere(/** @type {any} */ data, user = 'alice') {
        const row = this.row(user);
        Object.assign(row, { data, version: row.version + 1, savedAt: this.at });
    }

    get at() {
        return new Date(this.time).toISOString();
    }

    /**
     * @param {Browser} browser
     * @param {string} path
     * @param {RequestInit} [request]
     * @returns {Promise<Response>}
     */
    async fetch(browser, path, { method = 'GET', headers, body } = {}) {
        if (this.network === 'down') {
            throw new TypeError('Failed to fetch');
        }
        if (this.network === 'broken') {
            return json(503, { code: 'busy', message: 'Later.' });
        }
        const isHeld = this.network === 'held';
        const isLost = this.network === 'answers lost';
        if (isHeld) {
            await new Promise((resolve, reject) => {
                this.#held.push({ arrive: () => resolve(null), lose: () => reject(new TypeError('Failed to fetch')) });
            });
        }
        this.log.push(`${method} ${path}`);
        const answer = this.#answer(browser, method, path, /** @type {any} */ (headers), body);
        if (isLost) {
            throw new TypeError('Failed to fetch');
        }
        return answer;
    }

    /** What was held is lost on its way. The next is not. */
    fail() {
        const held = this.#held;
        this.#held = [];
        this.network = 'up';
        held.forEach(({ lose }) => lose());
    }

    get heldCount() {
        return this.#held.length;
    }

    /** What was held arrives, in an order of one's own. */
    release(order = this.#held.map((_, index) => index)) {
        const held = this.#held;
        this.#held = [];
        this.network = 'up';
        order.forEach((index) => held[index].arrive());
    }

    /**
     * @param {Browser} browser
     * @param {string} method
     * @param {string} path
     * @param {Record<string, string>} headers
     * @param {any} body
     */
    #answer(browser, method, path, headers, body) {
        if (path === '/api/session/') {
            const user = browser.user === null ? null : { id: browser.user };
            return json(200, { user, csrf_token: browser.token, ended: null });
        }
        if (browser.user === null) {
            return json(401, { code: 'not_signed_in', message: 'You are not signed in.' });
        }
        if (method !== 'GET' && headers['X-CSRFToken'] !== browser.token) {
            return json(403, { code: 'csrf', message: 'Too old.' });
        }
        if (headers['X-Draft-User'] !== browser.user) {
            return json(403, { code: 'not_allowed', message: 'Somebody else.' });
        }
        if (path === '/save/') {
            return this.#save(browser.user, JSON.parse(body));
        }
        const row = this.row(browser.user);
        if (method === 'DELETE') {
            this.end(browser.user);
            return json(200, { status: 'success', version: row.version });
        }
        return json(200, { status: 'success', data: row.data, version: row.version, saved_at: row.savedAt });
    }

    /**
     * @param {string} user
     * @param {any} body
     */
    #save(user, { form_identifier: form, data, base_version: base }) {
        const row = this.row(user, form);
        if (JSON.stringify(data).length > MEBIBYTE) {
            return json(413, { code: 'too_large', message: 'Too large.' });
        }
        if (base < row.ended) {
            return json(410, { status: 'ended', version: row.version });
        }
        const isResent = base === row.version - 1 && JSON.stringify(row.data) === JSON.stringify(data);
        if (base !== row.version && !isResent) {
            return json(409, { status: 'conflict', data: row.data, version: row.version, saved_at: row.savedAt });
        }
        if (!isResent) {
            Object.assign(row, { data, version: row.version + 1, savedAt: this.at });
        }
        return json(200, { status: 'success', version: row.version, saved_at: row.savedAt });
    }
}

/** What localStorage is: its keys are its own properties. It may be full, or forbidden. */
class LocalStorage {
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

/** One cookie, one storage, and the tabs that share them. */
export class Browser {
    /** @type {string | null} */
    user = 'alice';
    token = 'token-1';
    storage = new LocalStorage();
    isForbidden = false;
    /** @type {Tab[]} */
    tabs = [];

    /** @param {Site} site */
    constructor(site) {
        this.site = site;
    }

    /** @returns {any} */
    getStorage = () => {
        if (this.isForbidden) {
            throw new Error('SecurityError');
        }
        return this.storage;
    };

    /** The texts of all that is kept. */
    get kept() {
        return Object.values(this.storage).join('\n');
    }

    /**
     * Loads the page for whoever is signed in.
     *
     * @param {{filled?: any}} [how] `filled`: it is shown again with what was sent
     */
    async open(how = {}) {
        const tab = new Tab(this, String(this.user), how);
        this.tabs.push(tab);
        void tab.draft.start();
        await settled();
        return tab;
    }
}

export class Tab {
    isAlive = true;
    /** @type {(message: any) => void} */
    #heard = () => {};

    /**
     * @param {Browser} browser
     * @param {string} user
     * @param {{filled?: any}} how
     */
    constructor(browser, user, { filled }) {
        const { site } = browser;
        this.browser = browser;
        this.site = site;
        const blank = { title: '', note: '' };
        /** @type {any} what is in the fields */
        this.fields = { ...blank, ...filled };
        this.pageToken = browser.token;
        const whose = { user, form: 'trial' };
        const fetch = async (/** @type {string} */ path, /** @type {any} */ request) => {
            const answer = await site.fetch(browser, path, request);
            return this.isAlive ? answer : new Promise(() => {});
        };
        const setTimeout = (/** @type {() => void} */ run, /** @type {number} */ ms) =>
            site.setTimeout(() => this.isAlive && run(), ms);
        const { now, clearTimeout, random } = site;
        const where = { ...whose, save: '/save/', load: '/draft/', discard: '/draft/' };
        const token = { read: () => this.pageToken, write: (/** @type {string} */ fresh) => void (this.pageToken = fresh) };
        this.draft = new Draft({
            api: new DraftApi(where, token, { fetch }),
            page: {
                read: () => ({ ...this.fields }),
                fill: (data) => {
                    this.fields = { ...this.fields, ...data };
                },
                blank: filled === undefined ? blank : null,
            },
            storage: new KeptDraft(whose, browser.getStorage, site.now),
            clock: { now, setTimeout, clearTimeout, random },
            version: site.row(user).version,
            tell: joinDraft(whose, (news) => this.draft.heard(news), this),
            changed: () => {},
        });
    }

    /**
     * What `BroadcastChannel` is to the tabs of a browser.
     *
     * @param {string} _name
     * @param {(message: any) => void} heard
     */
    channel = (_name, heard) => {
        this.#heard = heard;
        return (/** @type {any} */ message) => {
            const others = this.browser.tabs.filter((tab) => tab !== this);
            others.forEach((tab) => queueMicrotask(() => tab.#heard(structuredClone(message))));
        };
    };

    /** @param {any} fields */
    type(fields) {
        Object.assign(this.fields, fields);
        this.draft.typed();
    }

    /** @param {number} ms */
    async wait(ms) {
        this.site.pass(ms);
        await settled();
    }

    /** Types, and lets it be saved. @param {any} fields */
    async write(fields) {
        this.type(fields);
        await this.wait(500);
    }

    /** Nothing of it runs any more. */
    kill() {
        this.isAlive = false;
        this.browser.tabs = this.browser.tabs.filter((tab) => tab !== this);
    }

    /** The page goes away, as it does on a reload, and another is loaded. */
    async reload() {
        this.draft.leave();
        this.kill();
        return this.browser.open();
    }

    get line() {
        return this.draft.view.line;
    }

    /** What the notice is about. */
    get notice() {
        return this.draft.view.notice?.kind ?? null;
    }

    get savedAt() {
        const at = this.draft.view.savedAt;
        return at === null ? null : timeOf(at, new Date(at));
    }
}

/** Lets everything that is under way come to its end; nothing here waits for time. */
export async function settled() {
    for (let turn = 0; turn < 4; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
    }
}

/**
 * @param {number} status
 * @param {any} body
 */
function json(status, body) {
    return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}
