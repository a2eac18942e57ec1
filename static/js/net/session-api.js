// @ts-check
/**
 * `/api/session/`: asks who is signed in with this browser, signs in again, and says that somebody is still there.
 *
 * Owns the addresses and what an answer means. Every question has an answer: where the network or the server failed,
 * that is it. Must not know what the page makes of it.
 *
 * @module
 */

import { browser } from './environment.js';

/** @typedef {import('./environment.js').Environment} Environment */
/** @typedef {import('../protocol/messages.js').Account} Account */
/** @typedef {import('../protocol/messages.js').WhoIsHere} WhoIsHere */
/**
 * @typedef {{done: true, user: Account}} SignedIn
 * @typedef {{done: false, code: 'invalid' | 'too_many' | 'unreachable' | 'broken', message: string}} NotSignedIn
 *   `message`: the server's words, where it had some
 */

const HERE = '/api/session/';
const STILL_HERE = '/api/session/activity/';

/** @type {NotSignedIn} */
const UNREACHABLE = { done: false, code: 'unreachable', message: '' };
/** @type {NotSignedIn} */
const BROKEN = { done: false, code: 'broken', message: '' };

export class SessionApi {
    #environment;

    /** @param {Pick<Environment, 'fetch'>} [environment] */
    constructor(environment = browser) {
        this.#environment = environment;
    }

    /** @returns {Promise<WhoIsHere | null>} null: nobody answers */
    async read() {
        try {
            const answer = await this.#environment.fetch(HERE, { cache: 'no-store' });
            const who = answer.ok ? await answer.json() : null;
            return typeof who?.csrf_token === 'string' ? who : null;
        } catch {
            return null;
        }
    }

    /**
     * @param {{username: string, password: string}} who
     * @param {string} token a fresh one
     * @returns {Promise<SignedIn | NotSignedIn>}
     */
    async signIn(who, token) {
        try {
            const answer = await this.#post(HERE, token, who);
            const body = await answer.json();
            const isDone = answer.ok && typeof body?.user?.id === 'string';
            return isDone ? { done: true, user: body.user } : refusal(answer.status, body);
        } catch (error) {
            return error instanceof SyntaxError ? BROKEN : UNREACHABLE; // no JSON: not this server's answer
        }
    }

    /**
     * @param {string} token a fresh one
     * @returns {Promise<boolean>} whether the server heard it
     */
    async stillHere(token) {
        try {
            return (await this.#post(STILL_HERE, token, {})).ok;
        } catch {
            return false;
        }
    }

    /**
     * @param {string} url
     * @param {string} token
     * @param {object} body
     */
    #post(url, token, body) {
        return this.#environment.fetch(url, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token },
            body: JSON.stringify(body),
        });
    }
}

/**
 * @param {number} status
 * @param {any} body
 * @returns {NotSignedIn}
 */
function refusal(status, body) {
    const message = typeof body?.message === 'string' ? body.message : '';
    switch (status) {
        case 400:
            return { done: false, code: 'invalid', message };
        case 429:
            return { done: false, code: 'too_many', message };
        default:
            return { ...BROKEN, message };
    }
}
