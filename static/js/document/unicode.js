// @ts-check

/**
 * Two ways to count the characters of a text: JavaScript's indexes are UTF-16 units, the protocol's positions are code
 * points. They differ behind the first character that takes a surrogate pair: an emoji, a rare ideograph.
 *
 * Owns the walk from one to the other, without ever splitting a text into an array of its characters: a key pressed in
 * a long text must cost next to nothing. Must not know of deltas.
 *
 * @module
 */

/** What `advance` answers where the text ends too early. */
export const PAST_THE_END = -1;

/**
 * The index in UTF-16 units of a position in code points; the end of the text for one past it.
 *
 * @param {string} text
 * @param {number} position
 * @returns {number}
 */
export function toUtf16(text, position) {
    const index = advance(text, 0, position);
    return index === PAST_THE_END ? text.length : index;
}

/**
 * The position in code points of an index in UTF-16 units; within a surrogate pair, the position before it.
 *
 * @param {string} text
 * @param {number} index
 * @returns {number}
 */
export function toCodePoints(text, index) {
    const end = outOfPair(text, Math.min(index, text.length));
    let position = 0;
    for (let at = 0; at < end; position += 1) {
        at = next(text, at);
    }
    return position;
}

/**
 * Whether an index lies between the two halves of a character.
 *
 * @param {string} text
 * @param {number} index
 * @returns {boolean}
 */
export function splitsPair(text, index) {
    return index > 0 && isHigh(text.charCodeAt(index - 1)) && isLow(text.charCodeAt(index));
}

/**
 * The index, or the one before it where it lies within a character.
 *
 * @param {string} text
 * @param {number} index
 * @returns {number}
 */
export function outOfPair(text, index) {
    return splitsPair(text, index) ? index - 1 : index;
}

/**
 * The index behind the character at an index.
 *
 * @param {string} text
 * @param {number} index
 * @returns {number}
 */
function next(text, index) {
    return isHigh(text.charCodeAt(index)) && isLow(text.charCodeAt(index + 1)) ? index + 2 : index + 1;
}

/** @param {number} unit */
function isHigh(unit) {
    return (unit & 0xfc00) === 0xd800;
}

/** @param {number} unit */
function isLow(unit) {
    return (unit & 0xfc00) === 0xdc00;
}

/**
 * The index that lies so many code points behind an index, or `PAST_THE_END`.
 *
 * @param {string} text
 * @param {number} index
 * @param {number} count
 * @returns {number}
 */
export function advance(text, index, count) {
    // A count beyond the units that are left is one beyond the characters that are left: no need to walk.
    if (count > text.length - index) {
        return PAST_THE_END;
    }
    for (let left = count; left > 0; left -= 1) {
        if (index >= text.length) {
            return PAST_THE_END;
        }
        index = next(text, index);
    }
    return index;
}
