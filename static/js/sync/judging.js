// @ts-check
/**
 * Sees coming what the server would answer to a change that is not sent yet, after others changed the form.
 *
 * Owns the client's side of C6 and C7: a value set over somebody's newer one is a conflict, what stands in a removed
 * row is gone, and what somebody else did already need not be done. Decides; changes nothing.
 *
 * @module
 */

import { isCellOp, keyOf, rowKeyOf, rowOf } from '../document/operations.js';
import { sameValue } from '../document/values.js';

/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('../document/operations.js').SetOp} SetOp */
/** @typedef {import('../document/operations.js').CellOp} CellOp */
/** @typedef {import('../document/operations.js').RowOp} RowOp */
/** @typedef {import('../document/operations.js').Address} Address */
/** @typedef {import('./local.js').Local} Local */
/** @typedef {import('./pending.js').Change} Change */
/** @typedef {import('./view.js').View} View */
/** @typedef {'needless' | {code: string, message: string, current: any}} Verdict */

export const GONE = 'This row is not there any more.';
const CHANGED_VALUE = 'Somebody else changed this meanwhile.';
const CHANGED_ROW = 'Somebody else changed this row meanwhile.';

/** What others touched since the pending changes were looked at last. */
export class Touched {
    /** @type {Set<string>} keys of cells whose value somebody else set */
    cells = new Set();
    /** @type {Set<string>} keys of rows in which somebody else changed anything */
    rows = new Set();
    /** @type {Set<string>} keys of rows whose own fate was just answered */
    answered = new Set();

    /** @param {Op} op somebody else's */
    note(op) {
        if (op.kind === 'set') {
            this.cells.add(keyOf(op));
        }
        const row = rowOf(op);
        if (row !== null) {
            this.rows.add(rowKeyOf(row));
        }
    }

    /**
     * Goes on knowing of the row of an op what was known before.
     *
     * @param {Op} op
     * @param {Touched} before
     */
    keep(op, before) {
        const row = rowOf(op);
        if (row !== null && before.rows.has(rowKeyOf(row))) {
            this.rows.add(rowKeyOf(row));
        }
    }

    /**
     * The pending changes that may have met something.
     *
     * @param {Local} local
     * @returns {Change[]}
     */
    among({ pending }) {
        const cells = [...this.cells].map((key) => pending.at(key)).filter((change) => change !== null);
        const rows = [...this.rows, ...this.answered].flatMap((key) => pending.ofRow(key));
        return [...new Set([...cells, ...rows])];
    }
}

/**
 * What becomes of a pending change; null: it may be sent.
 *
 * @param {Op} op
 * @param {Touched} touched
 * @param {View} view
 * @param {Local} local
 * @returns {Verdict | null}
 */
export function judge(op, touched, view, local) {
    if (!isCellOp(op)) {
        return judgeRow(op, touched, view, local);
    }
    if (local.inflight?.open.at(keyOf(op))) {
        return null; // its answer decides about both
    }
    const row = rowOf(op);
    const cell = view.document.cell(op);
    if (row !== null && !view.willHaveRow(row)) {
        return { code: 'gone', message: GONE, current: cell };
    }
    if (op.kind === 'set' && touched.cells.has(keyOf(op))) {
        return sameValue(op.value, cell?.value ?? null)
            ? 'needless'
            : { code: 'conflict', message: CHANGED_VALUE, current: cell };
    }
    return null;
}

/**
 * @param {RowOp} op
 * @param {Touched} touched
 * @param {View} view
 * @param {Local} local
 * @returns {Verdict | null}
 */
function judgeRow(op, touched, { document }, local) {
    const isThere = document.hasRow(op.table, op.row);
    if (op.kind === 'add_row' || waitsForRow(op, local)) {
        return null; // what is under way with the row itself decides first
    }
    if (op.kind === 'restore_row') {
        return isThere ? 'needless' : null;
    }
    if (!isThere && !local.brings(rowKeyOf(op))) {
        return op.kind === 'remove_row' ? 'needless' : { code: 'gone', message: GONE, current: null };
    }
    if (op.kind === 'remove_row' && touched.rows.has(rowKeyOf(op))) {
        return { code: 'conflict', message: CHANGED_ROW, current: document.row(op.table, op.row) };
    }
    return null;
}

/**
 * Whether an op on a row is to be judged when the server has answered what is under way with that row.
 *
 * @param {Op} op
 * @param {Local} local
 * @returns {boolean}
 */
export function waitsForRow(op, { inflight }) {
    return (
        !isCellOp(op) && (inflight?.open.ofRow(rowKeyOf(op)).some((change) => !isCellOp(change.op)) ?? false)
    );
}
