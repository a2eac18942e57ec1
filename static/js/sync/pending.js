// @ts-check
/**
 * Changes made here, in the order they were made, each waiting for something: to be sent, or to be answered.
 *
 * Owns how changes compose (a text has one edit, a value one set, a removal taken back leaves nothing) and how a
 * foreign edit and a local one pass each other. Must not know what is committed, nor who said what: `local.js` asks,
 * the client decides.
 *
 * The list is at all times a valid order of ops: a row's `add_row` stands before its cells, and any front part of it
 * may be sent on its own.
 *
 * @module
 */

import { isCellOp, keyOf, rowKeyOf, rowOf } from '../document/operations.js';
import { compose, transform } from '../document/text.js';

/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('../document/operations.js').CellOp} CellOp */
/** @typedef {import('../document/operations.js').EditOp} EditOp */
/** @typedef {import('../document/operations.js').RowOp} RowOp */
/** @typedef {import('../document/operations.js').Delta} Delta */

/** One local change. `op` is replaced as it composes and is moved; `tries` counts how often it had to be redone. */
export class Change {
    /**
     * @param {Op} op
     * @param {number} [tries]
     */
    constructor(op, tries = 0) {
        this.op = op;
        this.tries = tries;
    }
}

export class Pending {
    /** @type {Set<Change>} in order */
    #changes = new Set();
    /** @type {Map<string, Change>} by the key of their cell */
    #cells = new Map();
    /** @type {Map<string, Set<Change>>} by the key of their row, ops on its cells and on itself alike */
    #rows = new Map();
    /** @type {Map<string, Set<Change>>} ops on rows, by table */
    #tables = new Map();
    /** @type {Change | null} the one that was entered last */
    #newest = null;

    /** @param {Iterable<Change>} [changes] */
    constructor(changes = []) {
        for (const change of changes) {
            this.push(change);
        }
    }

    get size() {
        return this.#changes.size;
    }

    [Symbol.iterator]() {
        return this.#changes.values();
    }

    /** @param {Change} change */
    has(change) {
        return this.#changes.has(change);
    }

    /**
     * The change of a cell.
     *
     * @param {string} key
     * @returns {Change | null}
     */
    at(key) {
        return this.#cells.get(key) ?? null;
    }

    /**
     * The delta of a text's edit; null where there is none.
     *
     * @param {string} key
     * @returns {Delta | null}
     */
    delta(key) {
        const op = this.#cells.get(key)?.op;
        return op?.kind === 'edit' ? op.delta : null;
    }

    /**
     * The changes of a row and of its cells.
     *
     * @param {string} rowKey
     * @returns {Change[]}
     */
    ofRow(rowKey) {
        return [...(this.#rows.get(rowKey) ?? [])];
    }

    /**
     * The last op of a kind on a row.
     *
     * @param {string} rowKey
     * @param {RowOp['kind']} kind
     * @returns {Change | null}
     */
    rowChange(rowKey, kind) {
        return this.ofRow(rowKey).findLast((change) => change.op.kind === kind) ?? null;
    }

    /**
     * The ops on a table's rows, in order.
     *
     * @param {string} table
     * @returns {RowOp[]}
     */
    rowOps(table) {
        return [...(this.#tables.get(table) ?? [])].map((change) => /** @type {RowOp} */ (change.op));
    }

    /**
     * Takes in one more change, composed with what is there.
     *
     * @param {Op} op
     */
    add(op) {
        this.push(new Change(op));
    }

    /** @param {Change} change */
    push(change) {
        if (isCellOp(change.op)) {
            this.#pushCell(change, change.op);
        } else if (!this.#absorbed(change.op)) {
            this.#enter(change);
        }
    }

    /** @param {Change} change */
    remove(change) {
        if (!this.#changes.delete(change)) {
            return;
        }
        const row = rowOf(change.op);
        if (isCellOp(change.op)) {
            this.#cells.delete(keyOf(change.op));
        } else {
            dropFrom(this.#tables, change.op.table, change);
        }
        if (row !== null) {
            dropFrom(this.#rows, rowKeyOf(row), change);
        }
    }

    /**
     * Lets a foreign edit of a text and the one here pass each other. The foreign one is first in the server's order,
     * so at one place it stands first.
     *
     * @param {string} key
     * @param {Delta} foreign
     * @returns {Delta} the foreign edit as it reads behind the one here
     */
    pass(key, foreign) {
        const change = this.#cells.get(key);
        if (change?.op.kind !== 'edit') {
            return foreign;
        }
        const { delta } = change.op;
        this.#redelta(change, transform(delta, foreign, 'right'));
        return transform(foreign, delta, 'left');
    }

    /**
     * Gives a text's edit another delta.
     *
     * @param {string} key
     * @param {Delta} delta
     */
    setDelta(key, delta) {
        const change = this.#cells.get(key);
        if (change !== undefined) {
            this.#redelta(change, delta);
        }
    }

    /**
     * Lets no row stand behind one that will never be: they move to where it would have stood.
     *
     * @param {string} table
     * @param {string} row
     * @param {string | null} after
     */
    standInstead(table, row, after) {
        for (const change of this.#tables.get(table) ?? []) {
            if ((change.op.kind === 'add_row' || change.op.kind === 'move_row') && change.op.after === row) {
                change.op = { ...change.op, after };
            }
        }
    }

    /**
     * @param {Change} change
     * @param {CellOp} op
     */
    #pushCell(change, op) {
        const known = this.#cells.get(keyOf(op));
        if (known === undefined) {
            this.#enter(change);
        } else if (op.kind === 'edit' && known.op.kind === 'edit') {
            this.#redelta(known, compose(known.op.delta, op.delta));
        } else {
            known.op = op;
        }
    }

    /**
     * Whether an op on a row is taken in by composing: a removal and a restoring undo each other, a move follows a
     * move.
     *
     * @param {RowOp} op
     * @returns {boolean}
     */
    #absorbed(op) {
        const last = this.ofRow(rowKeyOf(op)).at(-1) ?? null;
        if (last !== null && last.op.kind === UNDONE_BY[op.kind]) {
            this.remove(last);
            return true;
        }
        // Only where nothing came between: another row may have been put behind this one at its old place.
        if (op.kind === 'move_row' && last?.op.kind === 'move_row' && last === this.#newest) {
            last.op = op;
            return true;
        }
        return false;
    }

    /** @param {Change} change */
    #enter(change) {
        this.#changes.add(change);
        this.#newest = change;
        const row = rowOf(change.op);
        if (isCellOp(change.op)) {
            this.#cells.set(keyOf(change.op), change);
        } else {
            addTo(this.#tables, change.op.table, change);
        }
        if (row !== null) {
            addTo(this.#rows, rowKeyOf(row), change);
        }
    }

    /**
     * @param {Change} change
     * @param {Delta} delta an empty one has nothing left to do, and leaves the list
     */
    #redelta(change, delta) {
        change.op = { .../** @type {EditOp} */ (change.op), delta };
        if (delta.length === 0) {
            this.remove(change);
        }
    }
}

/** @type {Record<string, RowOp['kind']>} */
const UNDONE_BY = { remove_row: 'restore_row', restore_row: 'remove_row' };

/**
 * @param {Map<string, Set<Change>>} index
 * @param {string} key
 * @param {Change} change
 */
function addTo(index, key, change) {
    const changes = index.get(key);
    if (changes === undefined) {
        index.set(key, new Set([change]));
    } else {
        changes.add(change);
    }
}

/**
 * @param {Map<string, Set<Change>>} index
 * @param {string} key
 * @param {Change} change
 */
function dropFrom(index, key, change) {
    const changes = index.get(key);
    changes?.delete(change);
    if (changes?.size === 0) {
        index.delete(key);
    }
}
