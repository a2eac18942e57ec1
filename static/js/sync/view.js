// @ts-check
/**
 * What the page shows: what is committed, with the local changes on top.
 *
 * Owns nothing but remembered answers; puts together what the replica, the local changes and the template say. Must not
 * change any of them.
 *
 * @module
 */

import { keyOf, rowKeyOf } from '../document/operations.js';
import { Document } from '../document/document.js';

/** @typedef {import('../document/operations.js').Address} Address */
/** @typedef {import('../document/operations.js').RowOp} RowOp */
/** @typedef {import('../document/definition.js').Definition} Definition */
/** @typedef {import('../document/document.js').StoredCell} StoredCell */
/** @typedef {import('./local.js').Local} Local */
/** @typedef {{order: readonly string[], all: readonly string[], there: Set<string>}} Projection */

export class View {
    document = new Document();
    /** @type {Definition | null} */
    definition = null;
    #local;
    /** @type {Map<string, Projection>} by table, if local changes touch its rows */
    #projected = new Map();

    /** @param {Local} local */
    constructor(local) {
        this.#local = local;
    }

    /**
     * @param {Address} address
     * @returns {any}
     */
    value(address) {
        const value = this.#local.value(keyOf(address), this.confirmed(address));
        return value ?? (this.merges(address) ? '' : null);
    }

    /**
     * What the local changes stand on: the committed value, or in a row that is not committed yet its default.
     *
     * @param {Address} address
     * @returns {any}
     */
    confirmed(address) {
        const cell = this.document.cell(address);
        if (cell !== null) {
            return cell.value;
        }
        const isNew = address.table !== undefined && !this.document.knowsRow(address.table, address.row);
        return isNew ? (this.definition?.fieldAt(address)?.default ?? null) : null;
    }

    /**
     * Whether a field is a text.
     *
     * @param {Address} address
     * @returns {boolean}
     */
    merges(address) {
        return this.definition?.fieldAt(address)?.merges ?? false;
    }

    /**
     * The ids of a table's rows, in order; the same array until something changes.
     *
     * @param {string} table
     * @returns {readonly string[]}
     */
    rows(table) {
        return this.#projection(table)?.order ?? this.document.rows(table);
    }

    /**
     * @param {string} table
     * @param {string} row
     * @returns {boolean}
     */
    hasRow(table, row) {
        return this.#projection(table)?.there.has(row) ?? this.document.hasRow(table, row);
    }

    /**
     * The row that one stands behind, which may be a removed one; null: it is the first.
     *
     * @param {string} table
     * @param {string} row
     * @returns {string | null}
     */
    rowBefore(table, row) {
        const all = this.#all(table);
        return all[all.indexOf(row) - 1] ?? null;
    }

    /**
     * Whether it is known where a row is, or was before it was removed.
     *
     * @param {string} table
     * @param {string} row
     * @returns {boolean}
     */
    hasPlace(table, row) {
        return this.#all(table).includes(row);
    }

    /**
     * Whether a change at an address has something to stand in.
     *
     * @param {Address} address
     * @returns {boolean}
     */
    isThere(address) {
        return address.table === undefined || this.hasRow(address.table, address.row);
    }

    /**
     * Whether a cell's row will have been there when the server comes to the local changes.
     *
     * @param {{table: string, row: string}} at
     * @returns {boolean}
     */
    willHaveRow(at) {
        return this.document.hasRow(at.table, at.row) || this.#local.brings(rowKeyOf(at));
    }

    /**
     * To be called when the rows of a table (null: of any) changed, committed or local.
     *
     * @param {string | null} table
     */
    rowsChanged(table) {
        if (table === null) {
            this.#projected.clear();
        } else {
            this.#projected.delete(table);
        }
    }

    /**
     * The ids of a table's rows with the removed ones at their places, as far as they are known.
     *
     * @param {string} table
     */
    #all(table) {
        return this.#projection(table)?.all ?? this.document.rowsWithHidden(table);
    }

    /**
     * @param {string} table
     * @returns {Projection | null} null where no local change touches the rows
     */
    #projection(table) {
        const known = this.#projected.get(table);
        if (known !== undefined) {
            return known;
        }
        const ops = this.#local.rowOps(table);
        if (ops.length === 0) {
            return null;
        }
        const projection = project(this.document, table, ops);
        this.#projected.set(table, projection);
        return projection;
    }
}

/**
 * @param {Document} document
 * @param {string} table
 * @param {RowOp[]} ops
 */
function project(document, table, ops) {
    const all = [...document.rowsWithHidden(table)];
    const there = new Set(document.rows(table));
    for (const op of ops) {
        if (op.kind === 'remove_row') {
            there.delete(op.row);
        } else if (op.kind === 'add_row') {
            there.add(op.row);
        } else if (op.kind === 'restore_row' && all.includes(op.row)) {
            there.add(op.row);
        }
        if (op.kind === 'add_row' || op.kind === 'move_row') {
            place(all, op.row, op.after);
        }
    }
    return { order: Object.freeze(all.filter((row) => there.has(row))), all, there };
}

/**
 * @param {string[]} rows
 * @param {string} row
 * @param {string | null} after
 */
function place(rows, row, after) {
    const old = rows.indexOf(row);
    if (old >= 0) {
        rows.splice(old, 1);
    }
    rows.splice(after === null ? 0 : rows.indexOf(after) + 1 || rows.length, 0, row);
}
