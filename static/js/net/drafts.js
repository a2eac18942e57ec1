// @ts-check
/**
 * The drafts API, and the tabs that have the same draft open.
 *
 * Owns what an answer means; every question has one: where the network or the server failed, that is it. Each request says
 * whose page it comes from, so that one which is still open when another person signs in reaches nothing of theirs. Must
 * not know what comes of it.
 *
 * @module
 */

import { browser } from './environment.js';
import { SessionApi } from './session-api.js';

/** @typedef {import('./environment.js').Environment} Environment */
/** @typedef {{form: string, user: string, save: string, load: string, discard: string}} Where the addresses of a draft */
/** @typedef {{kind: 'unreachable' | 'signed_out' | 'foreign' | 'too_large' | 'refused', message: string}} Failure */
/** @typedef {{read: () => string, write: (token: string) => void}} Token of the page's forms */

/** A browser lets so much go out after a page is gone, and a little more. */
const LAST_BYTES = 60 * 1024;

export class DraftApi {
    #where;
    #token;
    #environment;

    /**
     * @param {Where} where
     * @param {Token} token
     * @param {Pick<Environment, 'fetch'>} [environment]
     */
    constructor(where, token, environment = browser) {
        this.#where = where;
        this.#token = token;
        this.#environment = environment;
    }

    async load() {
        const answer = await this.#ask('GET', this.#where.load);
        return answer.status === 200 ? { kind: /** @type {const} */ ('stored'), ...newest(answer.body) } : answer.failure;
    }

    /**
     * @param {object} data
     * @param {number} base
     */
    async save(data, base) {
        const { status, body, failure } = await this.#ask('POST', this.#where.save, this.#body(data, base));
        switch (status) {
            case 200:
                return { kind: /** @type {const} */ ('saved'), version: body.version, savedAt: body.saved_at };
            case 409:
                return { kind: /** @type {const} */ ('conflict'), ...newest(body) };
            case 410:
                return { kind: /** @type {const} */ ('ended'), version: body.version };
            default:
                return failure;
        }
    }

    async discard() {
        const { status, body, failure } = await this.#ask('DELETE', this.#where.discard);
        return status === 200 ? { kind: /** @type {const} */ ('ended'), version: body.version } : failure;
    }

    /**
     * The page goes away: nobody hears the answer. What is too long for that is left to what the browser keeps.
     *
     * @param {object} data
     * @param {number} base
     */
    saveAndLeave(data, base) {
        const body = JSON.stringify(this.#body(data, base));
        if (new TextEncoder().encode(body).length <= LAST_BYTES) {
            this.#fetch('POST', this.#where.save, body, { keepalive: true }).catch(() => {});
        }
    }

    /**
     * @param {object} data
     * @param {number} base
     */
    #body(data, base) {
        return { form_identifier: this.#where.form, data, base_version: base };
    }

    /**
     * @param {string} method
     * @param {string} url
     * @param {object} [body]
     * @returns {Promise<{status: number, body: any, failure: Failure}>}
     */
    async #ask(method, url, body) {
        try {
            const text = body === undefined ? undefined : JSON.stringify(body);
            const answer = await read(await this.#fetch(method, url, text));
            const isOld = answer.status === 403 && answer.body.code === 'csrf';
            return isOld ? await this.#askAnew(method, url, text) : answer;
        } catch {
            return failed('unreachable');
        }
    }

    /**
     * With every sign-in the token is another: perhaps somebody signed in again in another tab.
     *
     * @param {string} method
     * @param {string} url
     * @param {string} [text]
     */
    async #askAnew(method, url, text) {
        const who = await new SessionApi(this.#environment).read();
        if (who === null) {
            return failed('unreachable');
        }
        if (who.user === null) {
            return failed('signed_out');
        }
        if (who.user.id !== this.#where.user) {
            return failed('foreign');
        }
        this.#token.write(who.csrf_token);
        return read(await this.#fetch(method, url, text));
    }

    /**
     * @param {string} method
     * @param {string} url
     * @param {string} [body]
     * @param {RequestInit} [more]
     */
    #fetch(method, url, body, more) {
        const headers = {
            'Content-Type': 'application/json',
            'X-CSRFToken': this.#token.read(),
            'X-Draft-User': this.#where.user,
        };
        return this.#environment.fetch(url, { method, headers, body, cache: 'no-store', ...more });
    }
}

/**
 * Joins the tabs of this browser that have a draft open.
 *
 * @template {{version: number, isOver: boolean}} News
 * @param {{user: string, form: string}} which
 * @param {(news: News) => void} heard
 * @param {Pick<Environment, 'channel'>} [environment]
 * @returns {(news: News) => void} tells the others
 */
export function joinDraft({ user, form }, heard, environment = browser) {
    const tell = environment.channel('formroom.drafts', (message) => {
        const isOurs = message?.user === user && message.form === form && Number.isSafeInteger(message.version);
        if (isOurs) {
            heard(/** @type {News} */ ({ version: message.version, isOver: message.isOver === true }));
        }
    });
    return (news) => tell({ user, form, ...news });
}

/** @param {any} body */
function newest({ data, version, saved_at: savedAt }) {
    return { data, version, savedAt };
}

/** @param {Response} answer */
async function read(answer) {
    const body = await answer.json(); // what is no JSON is not this server's answer
    return { status: answer.status, body, failure: failureOf(answer.status, body) };
}

/** @param {Failure['kind']} kind */
function failed(kind) {
    return { status: 0, body: null, failure: { kind, message: '' } };
}

/**
 * @param {number} status
 * @param {any} body
 * @returns {Failure}
 */
function failureOf(status, body) {
    const message = typeof body?.message === 'string' ? body.message : '';
    switch (status) {
        case 401:
            return { kind: 'signed_out', message };
        case 403:
            return { kind: body.code === 'not_allowed' ? 'foreign' : 'unreachable', message };
        case 413:
            return { kind: 'too_large', message };
        case 400:
        case 404:
        case 429:
            return { kind: 'refused', message };
        default:
            return { kind: 'unreachable', message };
    }
}
