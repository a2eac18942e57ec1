// @ts-check
/**
 * What keeps the form from being submitted, as one list: what this page finds itself, what is on the screen and no
 * value yet, and what the server found in what had not come here. Pure.
 *
 * @typedef {import('../../document/operations.js').Address} Address
 * @typedef {import('../../document/completeness.js').Shortcoming} Shortcoming
 * @typedef {Shortcoming & {value: any}} Told what the server said, and the value that stood here then
 */

import { keyOf } from '../../document/operations.js';
import { sameValue } from '../../document/values.js';

/**
 * One entry for each field, in the order in which they are given.
 *
 * @param {readonly Shortcoming[]} own in the order of the form
 * @param {readonly Told[]} told
 * @param {{value: (address: Address) => any, hasRow: (table: string, row: string) => boolean}} form
 * @returns {Shortcoming[]}
 */
export function problemsOf(own, told, form) {
    const found = [...own, ...told.filter((problem) => stillStands(problem, form))];
    /** @type {Map<string, Shortcoming>} */
    const byPlace = new Map();
    for (const { message, code, ...address } of found) {
        const key = keyOf(address);
        const known = byPlace.get(key);
        if (known === undefined) {
            byPlace.set(key, { ...address, code, message });
        } else if (!known.message.includes(message)) {
            byPlace.set(key, { ...known, message: `${known.message} ${message}` });
        }
    }
    return [...byPlace.values()];
}

/**
 * What the server said, as long as nobody has changed the field since: then this page sees for itself.
 *
 * @param {Told} problem
 * @param {{value: (address: Address) => any, hasRow: (table: string, row: string) => boolean}} form
 */
function stillStands({ code: _code, message: _message, value, ...address }, form) {
    if (address.table !== undefined && !form.hasRow(address.table, address.row)) {
        return false;
    }
    return sameValue(form.value(address) ?? null, value ?? null);
}
