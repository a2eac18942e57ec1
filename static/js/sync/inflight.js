// @ts-check
/**
 * The one submit that is under way: what was sent, and what of it is still to show on top of what is committed.
 *
 * Owns two views of the same ops: `frame`, sent again after a reconnect without a changed letter (C3), and `open`, the
 * ops not seen committed yet, moved over everything that was committed since. Must not know what becomes of refused
 * ops.
 *
 * @module
 */

import { isCellOp, keyOf, rowKeyOf } from '../document/operations.js';
import { sameValue } from '../document/values.js';
import { Change, Pending } from './pending.js';

/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {{type: 'submit', seq: number, base: number, ops: Op[]}} SubmitFrame */
/** @typedef {{frame: SubmitFrame, open: {index: number, op: Op, tries: number, hidden: boolean}[]}} KeptInflight */

export class Inflight {
    /** @type {SubmitFrame} */
    frame;
    /** @type {Pending} */
    open;
    /** @type {(Change | null)[]} by index in the frame; null: settled before this page was loaded */
    #changes;
    /** @type {Set<Change>} ops whose place in the text is not known any more: kept, not shown */
    #hidden = new Set();

    /**
     * @param {SubmitFrame} frame
     * @param {(Change | null)[]} changes one for each op of the frame
     */
    constructor(frame, changes) {
        this.frame = frame;
        this.#changes = changes;
        this.open = new Pending(changes.filter((change) => change !== null));
    }

    /**
     * @param {number} seq
     * @param {number} base
     * @param {Change[]} changes
     */
    static of(seq, base, changes) {
        return new Inflight({ type: 'submit', seq, base, ops: changes.map(({ op }) => op) }, changes);
    }

    /** @param {KeptInflight} kept */
    static restored({ frame, open }) {
        const changes = frame.ops.map((_, at) => {
            const left = open.find(({ index }) => index === at);
            return left === undefined ? null : new Change(left.op, left.tries);
        });
        const inflight = new Inflight(frame, changes);
        for (const { index } of open.filter(({ hidden }) => hidden)) {
            inflight.hide(/** @type {Change} */ (changes[index]));
        }
        return inflight;
    }

    /** @returns {KeptInflight} */
    keep() {
        const open = this.changes()
            .filter(({ change }) => this.open.has(change) || this.#hidden.has(change))
            .map(({ index, change }) => ({
                index,
                op: change.op,
                tries: change.tries,
                hidden: this.#hidden.has(change),
            }));
        return { frame: this.frame, open };
    }

    get size() {
        return this.frame.ops.length;
    }

    /** How many of its ops were not seen committed. */
    get openSize() {
        return this.open.size + this.#hidden.size;
    }

    /** @returns {{index: number, change: Change}[]} the ops that this page knows of, in order */
    changes() {
        return this.#changes.flatMap((change, index) => (change === null ? [] : [{ index, change }]));
    }

    /** @param {Change} change */
    isOpen(change) {
        return this.open.has(change) || this.#hidden.has(change);
    }

    /** @param {Change} change */
    isHidden(change) {
        return this.#hidden.has(change);
    }

    /**
     * Keeps a change out of the view, for what is committed may hold it already, or lies elsewhere than it thinks.
     *
     * @param {Change} change
     */
    hide(change) {
        this.open.remove(change);
        this.#hidden.add(change);
    }

    /**
     * Takes a change out: its fate is known.
     *
     * @param {Change} change
     */
    settle(change) {
        this.open.remove(change);
        this.#hidden.delete(change);
    }

    /**
     * Takes note of an op that the server committed under this submit's name.
     *
     * @param {Op} op as applied
     * @returns {'shown' | 'hidden' | 'foreign'} what it is to the view: there already; not there yet; or, where it says
     *   something else than is open here, not this page's at all
     */
    commit(op) {
        const { change } = this.changes().find(({ change }) => this.isOpen(change) && aimsAlike(change.op, op)) ?? {};
        if (change === undefined) {
            return this.#wentEmpty(op) ? 'shown' : 'foreign';
        }
        if (this.#hidden.delete(change)) {
            return 'hidden';
        }
        if (!saysTheSame(change.op, op)) {
            return 'foreign';
        }
        this.open.remove(change);
        return 'shown';
    }

    /**
     * Whether it is an edit that others left nothing of: it is not open any more, but committed all the same (C4).
     *
     * @param {Op} op
     */
    #wentEmpty(op) {
        return (
            op.kind === 'edit' && op.delta.length === 0 && this.changes().some(({ change }) => aimsAlike(change.op, op))
        );
    }
}

/**
 * @param {Op} one
 * @param {Op} other
 */
function aimsAlike(one, other) {
    if (one.kind !== other.kind) {
        return false;
    }
    if (isCellOp(one)) {
        return keyOf(one) === keyOf(/** @type {import('../document/operations.js').CellOp} */ (other));
    }
    return rowKeyOf(one) === rowKeyOf(/** @type {import('../document/operations.js').RowOp} */ (other));
}

/**
 * @param {Op} mine
 * @param {Op} applied
 */
function saysTheSame(mine, applied) {
    if (mine.kind === 'edit' && applied.kind === 'edit') {
        return JSON.stringify(mine.delta) === JSON.stringify(applied.delta);
    }
    return mine.kind !== 'set' || applied.kind !== 'set' || sameValue(mine.value, applied.value);
}
