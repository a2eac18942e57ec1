// @ts-check
/**
 * Cuts the front part off the pending changes that fits into one submit.
 *
 * Owns the limits of a frame: how many ops, how many bytes. A text too long for one frame is cut in pieces, each an
 * edit of its own, in order.
 *
 * @module
 */

import { keyOf } from '../document/operations.js';
import { normalize } from '../document/text.js';
import { Change } from './pending.js';

/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('../document/operations.js').EditOp} EditOp */
/** @typedef {import('../document/operations.js').Delta} Delta */
/** @typedef {import('../document/operations.js').Component} Component */
/** @typedef {import('./pending.js').Pending} Pending */

/** What a frame holds beside its ops: `{"type":"submit","seq":…,"base":…,"ops":[]}`, generously. */
const ENVELOPE_BYTES = 256;

const encoder = new TextEncoder();

/**
 * Takes the front part of `pending` that fits into one submit out of it.
 *
 * @param {Pending} pending
 * @param {{frame_bytes: number, ops_per_submit: number}} limits
 * @returns {Change[]} none where the very first op fits into no frame
 */
export function takeFront(pending, limits) {
    let room = limits.frame_bytes - ENVELOPE_BYTES;
    /** @type {Change[]} */
    const taken = [];
    for (const change of pending) {
        const bytes = bytesOf(change.op) + 1;
        if (taken.length === limits.ops_per_submit) {
            break;
        }
        if (bytes > room) {
            const front = taken.length === 0 ? cutFront(pending, change, room) : null;
            return front === null ? takeOut(pending, taken) : [front];
        }
        room -= bytes;
        taken.push(change);
    }
    return takeOut(pending, taken);
}

/**
 * @param {Pending} pending
 * @param {Change[]} taken
 * @returns {Change[]}
 */
function takeOut(pending, taken) {
    for (const change of taken) {
        pending.remove(change);
    }
    return taken;
}

/**
 * The front part of an edit that fits; the rest stays in `pending`. Null for what cannot be cut.
 *
 * @param {Pending} pending
 * @param {Change} change
 * @param {number} room
 * @returns {Change | null}
 */
function cutFront(pending, { op, tries }, room) {
    if (op.kind !== 'edit') {
        return null;
    }
    const [front, rest] = cutDelta(op.delta, room - bytesOf({ ...op, delta: [] }));
    pending.setDelta(keyOf(op), rest);
    return new Change({ ...op, delta: front }, tries);
}

/**
 * Cuts a delta in two that do the same one after the other, the first of at most so many bytes.
 *
 * @param {Delta} delta
 * @param {number} room
 * @returns {[Delta, Delta]}
 */
export function cutDelta(delta, room) {
    /** @type {Delta} */
    const front = [];
    let passed = 0; // how far the front part has come in the text that it makes
    for (const [index, component] of delta.entries()) {
        const bytes = bytesOf(component) + 1;
        if (bytes > room) {
            const [piece, rest] = cutComponent(component, room - 1);
            const behind = passed + [...piece].length;
            return [normalize([...front, piece]), normalize([behind, rest, ...delta.slice(index + 1)])];
        }
        room -= bytes;
        passed += typeof component === 'object' ? 0 : typeof component === 'string' ? [...component].length : component;
        front.push(component);
    }
    return [front, []];
}

/**
 * @param {Component} component
 * @param {number} room
 * @returns {[string, Component]} as much of an insert as fits, and the rest; of anything else nothing
 */
function cutComponent(component, room) {
    if (typeof component !== 'string') {
        return ['', component];
    }
    let bytes = 2; // its quotes
    let end = 0;
    for (const character of component) {
        bytes += bytesOf(character) - 2;
        if (bytes > room) {
            break;
        }
        end += character.length;
    }
    return [component.slice(0, end), component.slice(end)];
}

/**
 * @param {unknown} value
 * @returns {number}
 */
function bytesOf(value) {
    return encoder.encode(JSON.stringify(value)).length;
}
