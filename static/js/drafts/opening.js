// @ts-check
/**
 * What there is of a draft when its page is loaded: what the server has, and what this browser kept.
 *
 * The browser's copy is a save that the server has perhaps not heard, so it is offered as that, and the server decides by
 * its version. Says what was found; what comes of it, `draft.js` knows.
 */

import { isNothing } from './data.js';

/** @typedef {import('./types.js').Api} Api */
/** @typedef {import('./types.js').Copy} Copy */
/** @typedef {import('./types.js').Failure} Failure */
/** @typedef {import('./types.js').Stored} Stored */
/**
 * @typedef {Stored
 *   | {kind: 'copy', copy: Copy, ground: import('./types.js').Ground}
 *   | {kind: 'both', copy: Copy, version: number}
 *   | Failure} Found `stored`: that alone, and what the browser kept is void. `copy`: it goes on from what the server has.
 *   `both`: the server has something else that is newer
 */

/**
 * @param {Api} api
 * @param {Copy | null} copy
 * @param {{isOurs: (data: import('./data.js').Data) => boolean}} unheard
 * @returns {Promise<Found>}
 */
export async function whatIsThere(api, copy, unheard) {
    if (copy === null) {
        return api.load();
    }
    const answer = await api.save(copy.data, copy.base);
    switch (answer.kind) {
        case 'saved':
            return { kind: 'copy', copy, ground: { ...answer, data: copy.data } };
        case 'conflict':
            return compared(copy, answer, unheard.isOurs(answer.data));
        case 'ended':
            return api.load(); // that draft was sent or discarded; perhaps another one was begun
        default:
            return answer;
    }
}

/**
 * @param {Copy} copy
 * @param {import('./types.js').Conflict} answer
 * @param {boolean} isOurs
 * @returns {Found}
 */
function compared(copy, { data, version, savedAt }, isOurs) {
    if (isOurs) {
        return { kind: 'copy', copy, ground: { data, version, savedAt } };
    }
    return isNothing(data) ? { kind: 'stored', data, version, savedAt } : { kind: 'both', copy, version };
}
