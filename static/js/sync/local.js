// @ts-check
/**
 * Everything that this page did and the server has not answered: the submit under way, and what waits behind it.
 *
 * Owns the order of the two: what is committed, then the inflight submit, then the pending changes. Must not know why a
 * change is taken out, nor what the page shows of a refused one.
 *
 * @module
 */

import { apply, invert, transform, transformPosition } from '../document/text.js';
import { Inflight } from './inflight.js';
import { Change, Pending } from './pending.js';

/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('../document/operations.js').RowOp} RowOp */
/** @typedef {import('../document/operations.js').Delta} Delta */

export class Local {
    /** @type {Inflight | null} */
    inflight = null;
    pending = new Pending();

    /** How many changes are not acknowledged. */
    get waiting() {
        return (this.inflight?.size ?? 0) + this.pending.size;
    }

    /**
     * Both lists, in order, of what is to be shown.
     *
     * @returns {Pending[]}
     */
    get #lists() {
        return this.inflight === null ? [this.pending] : [this.inflight.open, this.pending];
    }

    /** @param {string} key */
    has(key) {
        return this.#lists.some((list) => list.at(key) !== null);
    }

    /**
     * A cell's value with the local changes on top of it.
     *
     * @param {string} key
     * @param {any} confirmed
     * @returns {any}
     */
    value(key, confirmed) {
        return this.#lists.reduce((value, list) => changed(value, list.at(key)?.op), confirmed);
    }

    /**
     * A cell's value under the pending changes.
     *
     * @param {string} key
     * @param {any} confirmed
     * @returns {any}
     */
    below(key, confirmed) {
        return changed(confirmed, this.inflight?.open.at(key)?.op);
    }

    /**
     * The ops on a table's rows, in order.
     *
     * @param {string} table
     * @returns {RowOp[]}
     */
    rowOps(table) {
        return this.#lists.flatMap((list) => list.rowOps(table));
    }

    /**
     * Whether a row is to come (back) by a change of this page.
     *
     * @param {string} rowKey
     */
    brings(rowKey) {
        return this.#lists.some((list) => list.rowChange(rowKey, 'add_row') ?? list.rowChange(rowKey, 'restore_row'));
    }

    /**
     * Lets a foreign edit pass the local ones of its text.
     *
     * @param {string} key
     * @param {Delta} foreign made on what is committed
     * @returns {Delta} the same on what is shown
     */
    pass(key, foreign) {
        return this.#lists.reduce((delta, list) => list.pass(key, delta), foreign);
    }

    /**
     * An edit of what is committed as it reads on what is shown; nothing here changes.
     *
     * @param {string} key
     * @param {Delta} delta
     * @returns {Delta}
     */
    lift(key, delta) {
        return this.#deltas(key).reduce((lifted, mine) => transform(lifted, mine, 'right'), delta);
    }

    /**
     * A place in the committed text as a place in the shown one.
     *
     * @param {string} key
     * @param {number} position
     * @param {boolean} own whether it is the caret of this page's person
     * @returns {number}
     */
    positionShown(key, position, own) {
        return this.#deltas(key).reduce((at, delta) => transformPosition(at, delta, { own }), position);
    }

    /**
     * A place in the shown text as a place in the committed one.
     *
     * @param {string} key
     * @param {number} position
     * @returns {number}
     */
    positionCommitted(key, position) {
        return this.#deltas(key).reduceRight(positionBefore, position);
    }

    /**
     * Takes a change of the inflight submit out, as if it had never been made; what was typed after it stays.
     *
     * @param {Change} change
     * @param {string} key of its cell
     * @param {string} confirmed the committed text
     * @returns {Delta} what that does to the shown text
     */
    withdraw(change, key, confirmed) {
        /** @type {Delta} */
        let shown = [];
        if (change.op.kind === 'edit' && this.inflight?.open.has(change)) {
            const back = invert(change.op.delta, confirmed);
            const later = this.pending.delta(key) ?? [];
            shown = transform(back, later, 'left');
            this.pending.setDelta(key, transform(later, back, 'right'));
        }
        this.inflight?.open.remove(change);
        return shown;
    }

    /**
     * Puts changes of a submit that is over in front of what waits.
     *
     * @param {Change[]} changes
     */
    redo(changes) {
        this.pending = new Pending([...changes, ...this.pending]);
    }

    /**
     * @param {string} key
     * @returns {Delta[]}
     */
    #deltas(key) {
        return this.#lists.map((list) => list.delta(key)).filter((delta) => delta !== null);
    }
}

/**
 * @param {any} value
 * @param {Op | undefined} op
 * @returns {any}
 */
function changed(value, op) {
    switch (op?.kind) {
        case 'set':
            return op.value;
        case 'edit':
            return apply(value ?? '', op.delta);
        default:
            return value;
    }
}

/**
 * Where a place in the text after an edit was before it. Inside of what it inserted: where that was inserted.
 *
 * @param {number} position
 * @param {Delta} delta
 * @returns {number}
 */
export function positionBefore(position, delta) {
    let now = 0;
    let before = 0;
    for (const component of delta) {
        if (now >= position) {
            break;
        }
        if (typeof component === 'number') {
            const step = Math.min(component, position - now);
            now += step;
            before += step;
        } else if (typeof component === 'string') {
            now += [...component].length;
        } else {
            before += component.d;
        }
    }
    return before + Math.max(0, position - now);
}
