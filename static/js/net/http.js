// @ts-check
/**
 * JSON over HTTP, to this site, with its CSRF token.
 *
 * Owns how a request is made and how its failure is told. Must not know what is asked for.
 *
 * @module
 */

/** An answer that is not a success; `code` and `message` are the server's own where it gave them. */
export class HttpError extends Error {
    name = 'HttpError';

    /**
     * @param {number} status 0 where there was no answer at all
     * @param {{code?: string, message?: string}} told
     */
    constructor(status, { code = 'unreachable', message = `The server answered ${status}.` }) {
        super(message);
        this.status = status;
        this.code = code;
    }
}

export class Http {
    #fetch;
    #csrfToken;

    /**
     * @param {{csrfToken: () => string, fetch?: typeof fetch}} given the token is asked for anew each time: it changes
     */
    constructor({ csrfToken, fetch: fetchIt = (...request) => fetch(...request) }) {
        this.#csrfToken = csrfToken;
        this.#fetch = fetchIt;
    }

    /**
     * @param {string} path
     * @param {{signal?: AbortSignal}} [options]
     * @returns {Promise<any>} the JSON of the answer; null where it has none
     */
    get(path, options = {}) {
        return this.#ask(path, { method: 'GET', ...options });
    }

    /**
     * @param {string} path
     * @param {unknown} body
     * @param {{signal?: AbortSignal, keepalive?: boolean}} [options] `keepalive`: sent although the page goes away
     * @returns {Promise<any>}
     */
    post(path, body, options = {}) {
        const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': this.#csrfToken() };
        return this.#ask(path, { method: 'POST', body: JSON.stringify(body), headers, ...options });
    }

    /**
     * @param {string} path
     * @param {RequestInit} request
     * @returns {Promise<any>}
     */
    async #ask(path, request) {
        let response;
        try {
            const headers = { Accept: 'application/json', ...request.headers };
            response = await this.#fetch(path, { ...request, headers, credentials: 'same-origin' });
        } catch (error) {
            if (request.signal?.aborted) {
                throw error;
            }
            throw new HttpError(0, { message: 'The server could not be reached.' });
        }
        const answer = await readJson(response);
        if (!response.ok) {
            throw new HttpError(response.status, answer ?? {});
        }
        return answer;
    }
}

/**
 * @param {Response} response
 * @returns {Promise<any>} null where it is not JSON: a proxy's page says nothing to a program
 */
async function readJson(response) {
    try {
        return await response.json();
    } catch {
        return null;
    }
}
