// @ts-check
/**
 * What an `<input>` or a `<textarea>` makes of line ends: the one has none, the other only line feeds. Pure.
 *
 * A script may well have stored "\r\n". Then the control shows fewer characters than the text has, and every position
 * behind them would be wrong.
 */

import { normalize } from '../../document/text.js';

/** @typedef {import('../../document/text.js').Delta} Delta */

/**
 * The edit that makes of a text what the control shows of it.
 *
 * @param {string} text
 * @param {boolean} oneLine
 * @returns {Delta}
 */
export function cleaning(text, oneLine) {
    /** @type {Delta} */
    const delta = [];
    for (const part of text.match(/\r\n|\r|\n|[^\r\n]+/g) ?? []) {
        delta.push(...cleaned(part, oneLine));
    }
    return normalize(delta);
}

/**
 * @param {string} part a line, or a line end
 * @param {boolean} oneLine
 * @returns {Delta}
 */
function cleaned(part, oneLine) {
    switch (part) {
        case '\r\n':
            return oneLine ? [{ d: 2 }] : [{ d: 1 }, 1];
        case '\r':
            return oneLine ? [{ d: 1 }] : [{ d: 1 }, '\n'];
        case '\n':
            return oneLine ? [{ d: 1 }] : [1];
        default:
            return [[...part].length];
    }
}
