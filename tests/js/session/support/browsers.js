// @ts-check
/**
 * A site where an account is signed in on one device at a time, and the browsers and tabs of those who use it.
 *
 * The site answers `/api/session/` as the real one does, as far as a page can tell. A tab runs the real state machines
 * over the real net modules; what it shows is written down.
 */

import { SessionApi } from '../../../../static/js/net/session-api.js';
import { joinTabs } from '../../../../static/js/net/tabs.js';
import { Idle } from '../../../../static/js/session/idle.js';
import { SignIn } from '../../../../static/js/session/sign-in.js';
import { Unsaved } from '../../../../static/js/session/unsaved.js';
import { Clock } from '../../net/support/environment.js';

/** @typedef {import('../../../../static/js/protocol/messages.js').Account} Account */
/** @typedef {import('../../../../static/js/protocol/messages.js').Ended} Ended */

/** @type {Record<string, Account>} */
export const PEOPLE = {
    alice: { id: 'a', name: 'Alice', username: 'alice' },
    bob: { id: 'b', name: 'Bob', username: 'bob' },
};
const PASSWORD = 'right';

/**
 * @param {string} why
 * @returns {Ended}
 */
export function ending(why) {
    const isElsewhere = why === 'replaced';
    return {
        code: isElsewhere ? 4409 : 4401,
        reason: 'Because.',
        device: isElsewhere ? 'Firefox on Linux' : null,
        at: isElsewhere ? '2026-03-12T14:03:00.000Z' : null,
        why,
    };
}

export class Site extends Clock {
    isUp = true;
    /** @type {string[]} what was asked for, by method and path */
    log = [];
    #tokens = 0;
    /** @type {Browser[]} */
    browsers = [];
    /** @type {{status: number, body: any} | null} what the next sign-in is answered whatever it says */
    refusal = null;

    browser() {
        const browser = new Browser(this);
        this.browsers.push(browser);
        return browser;
    }

    /**
     * @param {Browser} browser
     * @param {string} path
     * @param {RequestInit} [request]
     * @returns {Promise<Response>}
     */
    async answer(browser, path, { method = 'GET', body, headers } = {}) {
        this.log.push(`${method} ${path}`);
        if (!this.isUp) {
            throw new TypeError('Failed to fetch');
        }
        const token = /** @type {any} */ (headers)?.['X-CSRFToken'];
        if (method !== 'GET' && token !== browser.token) {
            return json(browser.user === null ? 401 : 403, { code: 'csrf', message: 'This page is too old.' });
        }
        if (path === '/api/session/activity/') {
            return new Response(null, { status: browser.user === null ? 401 : 204 });
        }
        if (method === 'GET') {
            const { user, token, ended } = browser;
            return json(200, { user, csrf_token: token, ended });
        }
        return this.#signIn(browser, JSON.parse(String(body)));
    }

    /**
     * @param {Browser} browser
     * @param {{username: string, password: string}} who
     */
    #signIn(browser, { username, password }) {
        if (this.refusal !== null) {
            return json(this.refusal.status, this.refusal.body);
        }
        if (password !== PASSWORD) {
            return json(400, { code: 'invalid', message: 'This password is not right.' });
        }
        this.begin(browser, PEOPLE[username]);
        return json(200, { user: browser.user });
    }

    /**
     * Signs somebody in with a browser. Where they were before is told.
     *
     * @param {Browser} browser
     * @param {Account} user
     */
    begin(browser, user) {
        this.#tokens += 1;
        const before = this.browsers.find((one) => one !== browser && one.user?.id === user.id);
        if (browser.user !== null && browser.user.id !== user.id) {
            browser.told(ending('taken_over'));
        }
        browser.user = user;
        browser.ended = null;
        browser.token = `token-${this.#tokens}`;
        if (before !== undefined) {
            before.end('replaced');
        }
    }
}

/** One cookie, and the tabs that share it. */
export class Browser {
    /** @type {Account | null} */
    user = null;
    /** @type {Ended | null} */
    ended = null;
    token = 'token-0';
    /** @type {Tab[]} */
    tabs = [];

    /** @param {Site} site */
    constructor(site) {
        this.site = site;
    }

    /** @param {Account} user */
    signIn(user) {
        this.site.begin(this, user);
        return this;
    }

    /** Loads a page for whoever is signed in. */
    open() {
        const tab = new Tab(this, /** @type {Account} */ (this.user));
        this.tabs.push(tab);
        tab.signIn.start();
        return tab;
    }

    /**
     * The sign-in ends on the server, and the sockets are told.
     *
     * @param {string} why
     */
    end(why) {
        this.user = null;
        this.ended = ending(why);
        this.told(this.ended);
    }

    /** @param {Ended} how */
    told(how) {
        this.tabs.forEach((tab) => tab.closed(how));
    }
}

export class Tab {
    /** @type {string[]} what the page showed and did */
    log = [];
    token = '';
    unsaved = 0;
    kept = 0;
    isConnected = true;

    /**
     * @param {Browser} browser
     * @param {Account} user
     */
    constructor(browser, user) {
        this.browser = browser;
        const { site } = browser;
        const tell = joinTabs((message) => (this.signIn.heard(message), this.questions.heard(message)), this);
        this.say = tell;
        const api = new SessionApi({ fetch: (path, request) => site.answer(browser, path, request) });
        this.signIn = new SignIn({
            user,
            api,
            tell,
            now: site.now,
            handlers: {
                ended: ({ why }) => (this.idle.over(), this.log.push(`ended: ${why}`)),
                revived: () => {
                    this.log.push('revived');
                    this.isConnected = true;
                },
                left: () => this.log.push('left'),
                token: (token) => {
                    this.token = token;
                },
            },
        });
        this.idle = new Idle({
            now: site.now,
            stillHere: () => this.signIn.stillHere(),
            handlers: {
                warn: (failed) => this.log.push(failed ? 'asked again' : 'asked'),
                calm: () => this.log.push('calm'),
            },
        });
        this.questions = new Unsaved({
            tell,
            here: () => this.unsaved,
            kept: async () => this.kept,
            wait: (ms) => new Promise((resolve) => site.setTimeout(() => resolve(null), ms)),
            newId: () => `${browser.tabs.indexOf(this)}-${site.time}`,
        });
    }

    /** The page's socket is closed for good; that it is not opened again but by `revived` is what is tested. */
    /** @param {Ended} how */
    closed(how) {
        if (this.isConnected) {
            this.isConnected = false;
            this.signIn.end(how);
        }
    }

    /** @type {(message: any) => void} */
    #heard = () => {};

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
}

/** Lets everything that is under way come to its end; nothing here waits for time. */
export async function settled() {
    await new Promise((resolve) => setImmediate(resolve));
}

/**
 * @param {number} status
 * @param {any} body
 */
function json(status, body) {
    return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}
