// @ts-check
/**
 * What a form holds, as plain data: compared, measured, known to be nothing, and known again. Pure.
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

/**
 * A short word by which data is known again: 53 bits, which nobody has a reason to forge.
 *
 * @param {Data} data
 */
export function fingerprint(data) {
    let [one, other] = [0xdeadbeef, 0x41c6ce57];
    for (const character of canonical(data)) {
        const code = /** @type {number} */ (character.codePointAt(0));
        one = Math.imul(one ^ code, 2654435761);
        other = Math.imul(other ^ code, 1597334677);
    }
    one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
    other = Math.imul(other ^ (other >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
    return (4294967296 * (2097151 & other) + (one >>> 0)).toString(36);
}

/** @param {Data} data */
function canonical(data) {
    return JSON.stringify(Object.keys(data).sort().map((name) => [name, data[name]]));
}
