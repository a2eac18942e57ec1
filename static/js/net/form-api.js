// @ts-check
/**
 * What of a live form goes over HTTP: submitting it, opening it again, and what became of a field.
 *
 * Owns the addresses and what an answer means. Every question has an answer: where the network or the server failed,
 * that is it. Writes for nobody but the person whose page this is (I7): with every write it asks who is signed in.
 *
 * @module
 */

import { browser } from './environment.js';
import { SessionApi } from './session-api.js';

/** @typedef {import('./environment.js').Environment} Environment */
/** @typedef {{done: true, body: any}} Done */
/** @typedef {{done: false, code: string, message: string, problems?: any[]}} Refused `message`: the server's words,
 *   where it had some. `code`: the server's, or `unreachable`, `signed_out`, `broken` */
/** @typedef {Done | Refused} Outcome */

/** @type {Refused} */
const UNREACHABLE = { done: false, code: 'unreachable', message: '' };
/** @type {Refused} */
const SIGNED_OUT = { done: false, code: 'signed_out', message: '' };

export class FormApi {
    #base;
    #user;
    #environment;
    #session;

    /**
     * @param {{form: string, user: string}} whose the form, and the person whose page this is
     * @param {Pick<Environment, 'fetch'>} [environment]
     */
    constructor({ form, user }, environment = browser) {
        this.#base = `/api/forms/${form}/`;
        this.#user = user;
        this.#environment = environment;
        this.#session = new SessionApi(environment);
    }

    /** @returns {Promise<Outcome>} */
    submit() {
        return this.#write('submission/', {});
    }

    /**
     * @param {string} reason
     * @returns {Promise<Outcome>}
     */
    reopen(reason) {
        return this.#write('reopening/', { reason });
    }

    /**
     * The changes of a field, the newest first.
     *
     * @param {{table?: string, row?: string, field: string}} address
     * @param {number | null} [before] a version: only those before it
     * @returns {Promise<Outcome>}
     */
    history({ table, row, field }, before = null) {
        const query = new URLSearchParams({ field });
        if (table !== undefined && row !== undefined) {
            query.set('table', table);
            query.set('row', row);
        }
        if (before !== null) {
            query.set('before', String(before));
        }
        return this.#ask(`${this.#base}history/?${query}`, { cache: 'no-store' });
    }

    /**
     * @param {string} what
     * @param {object} body
     * @returns {Promise<Outcome>}
     */
    async #write(what, body) {
        const who = await this.#session.read();
        if (who === null) {
            return UNREACHABLE;
        }
        if (who.user?.id !== this.#user) {
            return SIGNED_OUT;
        }
        return this.#ask(`${this.#base}${what}`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', 'X-CSRFToken': who.csrf_token },
            body: JSON.stringify(body),
        });
    }

    /**
     * @param {string} url
     * @param {RequestInit} request
     * @returns {Promise<Outcome>}
     */
    async #ask(url, request) {
        try {
            const answer = await this.#environment.fetch(url, request);
            const body = await answer.json();
            return answer.ok ? { done: true, body } : refusal(answer.status, body);
        } catch (error) {
            return error instanceof SyntaxError ? { ...UNREACHABLE, code: 'broken' } : UNREACHABLE;
        }
    }
}

/**
 * @param {number} status
 * @param {any} body
 * @returns {Refused}
 */
function refusal(status, body) {
    const message = typeof body?.message === 'string' ? body.message : '';
    if (status === 401) {
        return { ...SIGNED_OUT, message };
    }
    const code = typeof body?.code === 'string' ? body.code : 'broken';
    return { done: false, code, message, ...(Array.isArray(body?.problems) ? { problems: body.problems } : {}) };
}
