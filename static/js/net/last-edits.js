// @ts-check
/**
 * The last edits of a page that goes away: one submit over HTTP, which outlives the page.
 *
 * Nobody is there to hear the answer, so it must be sent again when the page comes back, as the same submit (C3). It is
 * sent with the token of the page's own sign-in: who has signed in with this browser since has another, so it is refused
 * rather than sent in their name (I7).
 */

import { browser } from './environment.js';

/** What browsers allow for all that pages leave behind: 64 KiB. */
const MOST_BYTES = 60_000;
/** So much of it may be the submit, beside what its envelope takes. */
export const LAST_BYTES = MOST_BYTES - 500;

/**
 * @param {string} form
 * @param {{client_id: string, seq: number, base: number, ops: object[]}} submit
 * @param {string} token
 * @param {Pick<import('./environment.js').Environment, 'fetch'>} [environment]
 * @returns {boolean} whether it was short enough to be sent
 */
export function sendLast(form, submit, token, environment = browser) {
    const body = JSON.stringify(submit);
    if (new TextEncoder().encode(body).length > MOST_BYTES) {
        return false;
    }
    const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': token };
    environment
        .fetch(`/api/forms/${form}/operations/`, { method: 'POST', keepalive: true, headers, body })
        .catch(() => {});
    return true;
}
