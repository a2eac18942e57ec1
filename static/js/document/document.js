// @ts-check
/**
 * The replica: what is committed of a form at a version, as the server told it.
 *
 * Owns the cells and the order of the rows, and how an op *as applied* changes them. Must not know what is not
 * committed, nor decide about an op: whoever applies one here has it from the server. A removed row stays, hidden, with
 * its cells, so that what was local to it can still be shown.
 *
 * @module
 */

import { isCellOp, keyOf } from './operations.js';
import { apply as applyDelta } from './text.js';

/** @typedef {import('./operations.js').Address} Address */
/** @typedef {import('./operations.js').Op} Op */
/** @typedef {import('./operations.js').RowOp} RowOp */
/** @typedef {{value: any, version: number, by: number | null, at: string | null}} StoredCell `by` is a client's n */
/** @typedef {{row: string, version: number, values: Record<string, StoredCell>}} StoredRow */
/** @typedef {{values: Record<string, StoredCell>, tables: Record<string, StoredRow[]>}} Snapshot */
/** @typedef {{version: number, removed: boolean, fields: Set<string>}} Row */

/** @type {readonly string[]} */
const NO_ROWS = Object.freeze([]);

/** The rows of one table, removed ones among them at their places. */
class Table {
    /** @type {Map<string, Row>} */
    rows = new Map();
    /** @type {string[]} */
    order = [];
    /** @type {readonly string[] | null} */
    #there = null;

    /** The rows that are there, in order; the same array until one comes, goes or moves. */
    get there() {
        this.#there ??= Object.freeze(this.order.filter((row) => !this.rows.get(row)?.removed));
        return this.#there;
    }

    /**
     * @param {string} row
     * @param {number} version
     * @param {boolean} removed
     */
    write(row, version, removed) {
        this.#there = null;
        const known = this.rows.get(row);
        if (known === undefined) {
            this.rows.set(row, { version, removed, fields: new Set() });
        } else {
            known.version = version;
            known.removed = removed;
        }
    }

    /**
     * Puts a row right behind another one; null is the first place.
     *
     * @param {string} row
     * @param {string | null} after
     */
    place(row, after) {
        const old = this.order.indexOf(row);
        if (old >= 0) {
            this.order.splice(old, 1);
        }
        // Behind what is not known is the end: only a hidden row can be unknown here, and nothing shows the difference.
        const index = after === null ? 0 : this.order.indexOf(after) + 1 || this.order.length;
        this.order.splice(index, 0, row);
    }
}

export class Document {
    #version;
    #isPart = false;
    /** @type {Map<string, StoredCell>} */
    #cells = new Map();
    /** @type {Map<string, Table>} */
    #tables = new Map();

    /** @param {number} [version] */
    constructor(version = 0) {
        this.#version = version;
    }

    /**
     * @param {Snapshot} snapshot
     * @param {number} version
     * @returns {Document}
     */
    static fromSnapshot(snapshot, version) {
        const document = new Document(version);
        for (const [field, cell] of Object.entries(snapshot.values)) {
            document.#cells.set(field, cell);
        }
        for (const [key, rows] of Object.entries(snapshot.tables)) {
            const table = document.#table(key);
            for (const { row, version: changed, values } of rows) {
                table.write(row, changed, false);
                table.order.push(row);
                for (const [field, cell] of Object.entries(values)) {
                    document.#write({ table: key, row, field }, cell);
                }
            }
        }
        return document;
    }

    /**
     * A document that holds a part of a form: committed ops on what it does not hold pass it by.
     *
     * @param {Snapshot} snapshot what it holds
     * @param {Record<string, StoredRow[]>} hidden rows that were removed, by table
     * @param {number} version
     * @returns {Document}
     */
    static ofPart(snapshot, hidden, version) {
        const document = Document.fromSnapshot(snapshot, version);
        document.#isPart = true;
        for (const [table, rows] of Object.entries(hidden)) {
            rows.forEach((row) => document.putHidden(table, row));
        }
        return document;
    }

    get version() {
        return this.#version;
    }

    /**
     * What is committed at an address; null where nothing ever was. A hidden row's cells answer, too.
     *
     * @param {Address} address
     * @returns {StoredCell | null}
     */
    cell(address) {
        return this.#cells.get(keyOf(address)) ?? null;
    }

    /**
     * The ids of a table's rows, in order.
     *
     * @param {string} table
     * @returns {readonly string[]}
     */
    rows(table) {
        return this.#tables.get(table)?.there ?? NO_ROWS;
    }

    /**
     * The same with the removed ones at their places, as far as they are known here.
     *
     * @param {string} table
     * @returns {readonly string[]}
     */
    rowsWithHidden(table) {
        return this.#tables.get(table)?.order ?? NO_ROWS;
    }

    /**
     * Whether a row is there.
     *
     * @param {string} table
     * @param {string} row
     * @returns {boolean}
     */
    hasRow(table, row) {
        return this.#tables.get(table)?.rows.get(row)?.removed === false;
    }

    /**
     * Whether a row is there or was, as far as this replica saw it.
     *
     * @param {string} table
     * @param {string} row
     * @returns {boolean}
     */
    knowsRow(table, row) {
        return this.#tables.get(table)?.rows.has(row) ?? false;
    }

    /**
     * A row with its cells, as a snapshot has it; null where there never was one.
     *
     * @param {string} table
     * @param {string} row
     * @returns {StoredRow | null}
     */
    row(table, row) {
        const known = this.#tables.get(table)?.rows.get(row);
        if (known === undefined) {
            return null;
        }
        const cells = [...known.fields].map((field) => [field, this.cell({ table, row, field })]);
        return { row, version: known.version, values: Object.fromEntries(cells) };
    }

    /**
     * Applies a committed op, with what the server put into it (`after` names a row that is there, `values` are the
     * row's).
     *
     * @param {Op} op
     * @param {number} version
     * @param {number | null} by
     * @param {string | null} at
     */
    apply(op, version, by, at) {
        if (this.#isPart && !this.#holds(op)) {
            this.#version = version;
            return;
        }
        if (isCellOp(op)) {
            const value = op.kind === 'set' ? op.value : applyDelta(this.cell(op)?.value ?? '', op.delta);
            this.#write(op, { value, version, by, at });
        } else {
            this.#applyToRow(op, version, by, at);
        }
        this.#version = version;
    }

    /**
     * Puts a removed row in that is known from elsewhere.
     *
     * @param {string} table
     * @param {StoredRow} stored
     */
    putHidden(table, { row, version, values }) {
        this.#table(table).write(row, version, true);
        this.#table(table).place(row, null);
        for (const [field, cell] of Object.entries(values)) {
            this.#write({ table, row, field }, cell);
        }
    }

    /** @returns {Snapshot} exactly the protocol's, of the rows that are there */
    toSnapshot() {
        const values = [...this.#cells].filter(([key]) => !key.includes('/'));
        const tables = [...this.#tables].map(([key, table]) => [key, table.there.map((row) => this.row(key, row))]);
        return { values: Object.fromEntries(values), tables: Object.fromEntries(tables) };
    }

    /** @param {Op} op */
    #holds(op) {
        if (!isCellOp(op)) {
            return true; // no row is too many
        }
        return op.table === undefined ? this.#cells.has(op.field) : this.knowsRow(op.table, op.row);
    }

    /**
     * @param {RowOp} op
     * @param {number} version
     * @param {number | null} by
     * @param {string | null} at
     */
    #applyToRow(op, version, by, at) {
        const table = this.#table(op.table);
        table.write(op.row, version, op.kind === 'remove_row');
        if (op.kind !== 'remove_row') {
            table.place(op.row, op.after ?? null);
        }
        if (op.kind === 'add_row' || op.kind === 'restore_row') {
            for (const [field, value] of Object.entries(op.values ?? {})) {
                this.#write({ table: op.table, row: op.row, field }, { value, version, by, at });
            }
        }
    }

    /**
     * @param {string} key
     * @returns {Table}
     */
    #table(key) {
        let table = this.#tables.get(key);
        if (table === undefined) {
            table = new Table();
            this.#tables.set(key, table);
        }
        return table;
    }

    /**
     * @param {Address} address
     * @param {StoredCell} cell
     */
    #write(address, cell) {
        this.#cells.set(keyOf(address), cell);
        if (address.table !== undefined) {
            this.#tables.get(address.table)?.rows.get(address.row)?.fields.add(address.field);
        }
    }
}
