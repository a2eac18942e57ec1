// @ts-check
/**
 * What a form holds, as plain data: compared, measured, known to be nothing. Pure.
 *
 * @typedef {Record<string, any>} Data what was typed, by the names of the form's controls; `{}`: nothing
 */

/** A draft holds at most so much JSON; the server counts the same. */
const MAX_BYTES = 1024 * 1024;

/**
 * Whether two forms hold the same, in whatever order.
 *
 * @param {Data} one
 * @param {Data} other
 */
export function same(one, other) {
    return canonical(one) === canonical(other);
}

/** @param {Data} data */
export function isNothing(data) {
    return Object.keys(data).length === 0;
}

/** @param {Data} data */
export function isTooLarge(data) {
    const text = JSON.stringify(data);
    // A UTF-16 unit takes at most three bytes, so that most need not be encoded to be measured.
    return text.length * 3 > MAX_BYTES && new TextEncoder().encode(text).length > MAX_BYTES;
}

/** @param {Data} data */
function canonical(data) {
    return JSON.stringify(Object.keys(data).sort().map((name) => [name, data[name]]));
}
