// @ts-check

/**
 * Text that merges: the `text-unicode` kind of operational transformation.
 *
 * A delta walks over a text: a positive integer skips so many characters, a string is inserted, `{d: n}` deletes n
 * characters. Counts are Unicode code points; a delta never ends with a skip. Agrees op for op with the npm package
 * `ot-text-unicode`, as does the Python twin `collab/document/text.py`.
 *
 * Texts are JavaScript strings, so their indexes are UTF-16 units: `toUtf16` and `toCodePoints` lead from one to the
 * other.
 *
 * Owns deltas, and changes none that it is given. Must not know of fields, versions, clients, or who was first: a
 * caller says so with a side.
 *
 * @module
 */

import { PAST_THE_END, advance, outOfPair, splitsPair, toCodePoints, toUtf16 } from './unicode.js';

export { toCodePoints, toUtf16 };

/** @typedef {{d: number}} Deletion */
/** @typedef {number | string | Deletion} Component */
/** @typedef {Component[]} Delta */
/** @typedef {'left' | 'right'} Side */

const UNSTORABLE = /[\0\p{Surrogate}]/u; // NUL, and halves of surrogate pairs

/** A delta that is not one, or that does not fit its text; the message says why. */
export class TextError extends Error {
    name = 'TextError';
}

/**
 * The delta, normalised, if it is well formed. Throws `TextError` otherwise, whatever it is given.
 *
 * @param {unknown} delta
 * @returns {Delta}
 */
export function check(delta) {
    if (!Array.isArray(delta)) {
        throw new TextError('A delta is a list.');
    }
    /** @type {Delta} */
    const checked = [];
    let walked = 0;
    for (const raw of delta) {
        const component = checkComponent(raw);
        walked += walkOf(component);
        push(checked, component);
    }
    if (walked > Number.MAX_SAFE_INTEGER) {
        throw new TextError('A delta cannot walk so far.');
    }
    if (typeof checked.at(-1) === 'number') {
        throw new TextError('A delta does not end with a skip.');
    }
    return checked;
}

/**
 * @param {unknown} raw
 * @returns {Component}
 */
function checkComponent(raw) {
    if (typeof raw === 'string') {
        return checkInsert(raw);
    }
    if (typeof raw === 'object' && raw !== null) {
        return { d: checkCount('d' in raw ? raw.d : undefined) };
    }
    return checkCount(raw);
}

/**
 * @param {string} raw
 * @returns {string}
 */
function checkInsert(raw) {
    if (raw === '') {
        throw new TextError('An insert is not empty.');
    }
    if (UNSTORABLE.test(raw)) {
        throw new TextError('An insert holds neither NUL nor half a surrogate pair.');
    }
    return raw;
}

/**
 * @param {unknown} raw
 * @returns {number}
 */
function checkCount(raw) {
    if (typeof raw !== 'number' || !Number.isSafeInteger(raw) || raw <= 0) {
        throw new TextError('A delta holds strings, positive integers, and deletes of a positive integer.');
    }
    return raw;
}

/**
 * The same change with neighbours of a kind joined, empty components dropped, and no skip at its end.
 *
 * @param {Delta} delta
 * @returns {Delta}
 */
export function normalize(delta) {
    /** @type {Delta} */
    const result = [];
    for (const component of delta) {
        if (lengthOf(component) > 0) {
            push(result, component);
        }
    }
    return trim(result);
}

/**
 * The text after the delta. Throws `TextError` where the delta walks past its end.
 *
 * @param {string} text
 * @param {Delta} delta
 * @returns {string}
 */
export function apply(text, delta) {
    let result = '';
    let at = 0;
    for (const component of delta) {
        if (typeof component === 'string') {
            result += component;
            continue;
        }
        const start = at;
        at = walk(text, start, walkOf(component));
        if (typeof component === 'number') {
            result += text.slice(start, at);
        }
    }
    return result + text.slice(at);
}

/**
 * `delta` as it must read behind `other`, both being made on one text. Where both insert at one place, the delta on the
 * `left` side stands first.
 *
 * @param {Delta} delta
 * @param {Delta} other
 * @param {Side} side
 * @returns {Delta}
 */
export function transform(delta, other, side) {
    /** @type {Delta} */
    const result = [];
    const reader = new Reader(delta);
    for (const theirs of other) {
        if (typeof theirs === 'string') {
            if (side === 'left' && reader.atInsert()) {
                push(result, reader.take(1, 'string'));
            }
            push(result, lengthOf(theirs));
            continue;
        }
        let left = walkOf(theirs);
        while (left > 0) {
            const mine = reader.take(left, 'string');
            left -= walkOf(mine);
            // What they deleted is there no more, to be skipped or deleted again.
            if (typeof mine === 'string' || typeof theirs === 'number') {
                push(result, mine);
            }
        }
    }
    return finish(result, reader);
}

/**
 * One delta that does what `first` and then `second` do.
 *
 * @param {Delta} first
 * @param {Delta} second
 * @returns {Delta}
 */
export function compose(first, second) {
    /** @type {Delta} */
    const result = [];
    const reader = new Reader(first);
    for (const later of second) {
        if (typeof later === 'string') {
            push(result, later);
            continue;
        }
        let left = walkOf(later);
        while (left > 0) {
            const earlier = reader.take(left, 'object');
            if (typeof earlier === 'object') { // deleted before the second began to count
                push(result, earlier);
                continue;
            }
            left -= lengthOf(earlier);
            if (typeof later === 'number') {
                push(result, earlier);
            } else if (typeof earlier === 'number') { // and what was inserted only to be deleted leaves no trace
                push(result, { d: earlier });
            }
        }
    }
    return finish(result, reader);
}

/**
 * The delta that takes `apply(text, delta)` back to `text`.
 *
 * @param {Delta} delta
 * @param {string} text
 * @returns {Delta}
 */
export function invert(delta, text) {
    /** @type {Delta} */
    const result = [];
    let at = 0;
    for (const component of delta) {
        if (typeof component === 'string') {
            push(result, { d: lengthOf(component) });
            continue;
        }
        const start = at;
        at = walk(text, start, walkOf(component));
        push(result, typeof component === 'number' ? component : text.slice(start, at));
    }
    return trim(result);
}

/**
 * Where a caret stands after the delta, in code points. An insert exactly at the caret moves only its author's (`own`).
 *
 * @param {number} position
 * @param {Delta} delta
 * @param {{own?: boolean}} [options]
 * @returns {number}
 */
export function transformPosition(position, delta, { own = false } = {}) {
    let at = 0;
    for (const component of delta) {
        if (at > position || (at === position && !own)) {
            break;
        }
        if (typeof component === 'number') {
            at += component;
        } else if (typeof component === 'string') {
            const length = lengthOf(component);
            at += length;
            position += length;
        } else {
            position -= Math.min(component.d, position - at);
        }
    }
    return position;
}

/**
 * The smallest single splice from `oldText` to `newText`; of several, the one that ends nearest to the caret, which is
 * an index of `newText` in UTF-16 units, as a text field tells it.
 *
 * An "a" typed into "aaa" could have been typed anywhere in it: only the caret tells where, and it matters as soon as
 * somebody else inserts there too.
 *
 * @param {string} oldText
 * @param {string} newText
 * @param {number | null} [caret]
 * @returns {Delta}
 */
export function diff(oldText, newText, caret = null) {
    const shorter = Math.min(oldText.length, newText.length);
    let head = sharedHead(oldText, newText);
    let tail = sharedTail(oldText, newText);
    if (head + tail > shorter) {
        const wanted = caret === null ? tail : newText.length - outOfPair(newText, caret);
        tail = Math.min(Math.max(wanted, shorter - head), tail);
        head = shorter - tail;
    }
    const deleted = oldText.slice(head, oldText.length - tail);
    const inserted = newText.slice(head, newText.length - tail);
    return normalize([toCodePoints(oldText, head), { d: lengthOf(deleted) }, inserted]);
}

/**
 * How much two texts share at their beginning, in UTF-16 units, never half a pair.
 *
 * @param {string} one
 * @param {string} other
 * @returns {number}
 */
function sharedHead(one, other) {
    const shorter = Math.min(one.length, other.length);
    let length = 0;
    while (length < shorter && one.charCodeAt(length) === other.charCodeAt(length)) {
        length += 1;
    }
    return splitsPair(one, length) || splitsPair(other, length) ? length - 1 : length;
}

/**
 * How much two texts share at their end, in UTF-16 units, never half a pair.
 *
 * @param {string} one
 * @param {string} other
 * @returns {number}
 */
function sharedTail(one, other) {
    const shorter = Math.min(one.length, other.length);
    let [oneStart, otherStart] = [one.length, other.length];
    while (one.length - oneStart < shorter && one.charCodeAt(oneStart - 1) === other.charCodeAt(otherStart - 1)) {
        oneStart -= 1;
        otherStart -= 1;
    }
    const length = one.length - oneStart;
    return splitsPair(one, oneStart) || splitsPair(other, otherStart) ? length - 1 : length;
}

/**
 * Like `advance`, where running past the end is an error.
 *
 * @param {string} text
 * @param {number} index
 * @param {number} count
 * @returns {number}
 */
function walk(text, index, count) {
    const end = advance(text, index, count);
    if (end === PAST_THE_END) {
        throw new TextError('The delta is longer than its text.');
    }
    return end;
}

/** Hands out a delta piece by piece, cut to the length that is asked for. */
class Reader {
    #delta;
    #index = 0;
    #offset = 0; // how much of the component at the index is handed out; of a string, in UTF-16 units

    /** @param {Delta} delta */
    constructor(delta) {
        this.#delta = delta;
    }

    get done() {
        return this.#index === this.#delta.length;
    }

    atInsert() {
        return typeof this.#delta[this.#index] === 'string';
    }

    /**
     * The next piece, at most `most` long; components of the type `whole` are never cut.
     *
     * @param {number} most
     * @param {'string' | 'object'} whole
     * @returns {Component}
     */
    take(most, whole) {
        if (this.done) {
            return most; // behind its end a delta skips for ever
        }
        const component = this.#delta[this.#index];
        const start = this.#offset;
        const end = typeof component === whole ? PAST_THE_END : cut(component, start, most);
        if (end === PAST_THE_END) {
            this.#index += 1;
            this.#offset = 0;
        } else {
            this.#offset = end;
        }
        return piece(component, start, end);
    }
}

/**
 * Where a component, handed out up to `start`, is to be cut; `PAST_THE_END` where it need not be.
 *
 * @param {Component} component
 * @param {number} start
 * @param {number} most
 * @returns {number}
 */
function cut(component, start, most) {
    if (typeof component === 'string') {
        const end = advance(component, start, most);
        return end === component.length ? PAST_THE_END : end;
    }
    return walkOf(component) - start > most ? start + most : PAST_THE_END;
}

/**
 * @param {Component} component
 * @param {number} start
 * @param {number} end `PAST_THE_END` for all that is left
 * @returns {Component}
 */
function piece(component, start, end) {
    if (typeof component === 'string') {
        return component.slice(start, end === PAST_THE_END ? undefined : end);
    }
    const length = (end === PAST_THE_END ? walkOf(component) : end) - start;
    return typeof component === 'number' ? length : { d: length };
}

/**
 * How far a component walks over the text it is applied to.
 *
 * @param {Component} component
 * @returns {number}
 */
function walkOf(component) {
    if (typeof component === 'number') {
        return component;
    }
    return typeof component === 'string' ? 0 : component.d;
}

/**
 * @param {Component} component
 * @returns {number}
 */
function lengthOf(component) {
    return typeof component === 'string' ? toCodePoints(component, component.length) : walkOf(component);
}

/**
 * Appends to a delta under construction; joins with the last component where they are of a kind.
 *
 * @param {Delta} delta
 * @param {Component} component
 */
function push(delta, component) {
    const end = delta.length - 1;
    const last = delta[end];
    if (typeof component === 'number' && typeof last === 'number') {
        delta[end] = last + component;
    } else if (typeof component === 'string' && typeof last === 'string') {
        delta[end] = last + component;
    } else if (typeof component === 'object' && typeof last === 'object') {
        delta[end] = { d: last.d + component.d };
    } else {
        delta.push(component);
    }
}

/**
 * Appends what a reader still holds.
 *
 * @param {Delta} delta
 * @param {Reader} reader
 * @returns {Delta}
 */
function finish(delta, reader) {
    while (!reader.done) {
        push(delta, reader.take(Infinity, 'string'));
    }
    return trim(delta);
}

/**
 * Drops the skip at the end of a delta under construction; `push` leaves at most one.
 *
 * @param {Delta} delta
 * @returns {Delta}
 */
function trim(delta) {
    if (typeof delta.at(-1) === 'number') {
        delta.pop();
    }
    return delta;
}
