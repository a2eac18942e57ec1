// @ts-check
/**
 * What one does in tables: add, remove and move rows, and walk from cell to cell.
 *
 * Owns the listeners of all tables (one set, however many cells) and the way back after a removal.
 *
 * @typedef {import('./keys.js').Action} Action
 * @typedef {Pick<import('../../sync/client.js').SyncClient,
 *   'rows' | 'hasRow' | 'addRow' | 'removeRow' | 'restoreRow' | 'moveRow'>} Client
 */

import { isReadOnly } from '../access.js';
import { find } from '../dom.js';
import { focusableIn, rowOf } from '../places.js';
import { actionFor } from './keys.js';
import { placeOf, step } from './walk.js';
import { TableView } from './view.js';

export class Tables {
    #client;
    #places;
    #toasts;
    /** @type {Map<string, TableView>} */
    #views = new Map();
    #isLeaving = false;

    /**
     * @param {HTMLElement} root
     * @param {Client} client
     * @param {import('../places.js').Places} places
     * @param {import('../toasts.js').Toasts} toasts
     * @param {(table: string, row: HTMLElement) => void} fill
     */
    constructor(root, client, places, toasts, fill) {
        this.#client = client;
        this.#places = places;
        this.#toasts = toasts;
        for (const element of root.querySelectorAll('[data-table]')) {
            const view = new TableView(/** @type {HTMLElement} */ (element), (row) => fill(view.key, row));
            this.#views.set(view.key, view);
            places.registerRows(view.key, view.rows);
        }
    }

    /** @param {HTMLElement} root */
    listen(root) {
        root.addEventListener('keydown', (event) => this.#pressed(event));
        root.addEventListener('click', (event) => this.#clicked(event));
        root.addEventListener('focusout', () => setTimeout(() => this.#views.forEach((view) => view.sweep())));
    }

    /**
     * Shows the rows as the client knows them.
     *
     * @returns {{table: string, row: HTMLElement}[]} those that were there before
     */
    draw() {
        return [...this.#views.values()].flatMap((view) => {
            const before = [...view.rows];
            view.patch([...this.#client.rows(view.key)]);
            return before.filter(([id]) => view.rows.has(id)).map(([, row]) => ({ table: view.key, row }));
        });
    }

    /**
     * Rows of a table came, went or moved.
     *
     * @param {import('../../sync/types.js').RowsEvent} event
     */
    changed({ table, by, own }) {
        const before = focusedRow(table);
        if (before !== null && this.#isLeaving && !this.#client.hasRow(table, before)) {
            this.#leave(/** @type {HTMLElement} */ (this.#places.row(table, before)));
        }
        this.#views.get(table)?.patch([...this.#client.rows(table)]);
        if (before !== null && !own && !this.#client.hasRow(table, before)) {
            this.#toasts.show(`${by?.name ?? 'Somebody'} removed the row you are in.`, {
                label: 'Bring it back',
                press: () => this.#client.restoreRow(table, before),
            });
        }
    }

    /**
     * Does something of one's own that may take the row away in which one is: the focus goes to the one beside.
     *
     * @template Result
     * @param {() => Result} work
     * @returns {Result}
     */
    leaving(work) {
        this.#isLeaving = true;
        try {
            return work();
        } finally {
            this.#isLeaving = false;
        }
    }

    /** @param {KeyboardEvent} event */
    #pressed(event) {
        const at = rowOf(event.target);
        const cell = event.target instanceof Element ? event.target.closest('td') : null;
        if (at === null || cell === null || event.isComposing || event.defaultPrevented) {
            return;
        }
        const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
        const action = actionFor(
            { key, ctrl: ctrlKey || metaKey, alt: altKey, shift: shiftKey },
            placeOf(event.target),
        );
        if (action !== null && this.#do(action, at, cell)) {
            event.preventDefault();
        }
    }

    /**
     * @param {Action} action
     * @param {{table: string, row: string}} at
     * @param {HTMLElement} cell
     * @returns {boolean} whether the key is used up
     */
    #do(action, at, cell) {
        switch (action) {
            case 'next-row':
                return this.#enter(at, cell);
            case 'previous-row':
                return step(cell, 'up') || true;
            case 'new-row':
                return this.#add(at.table, at.row, 0);
            case 'move-up':
                return this.#move(at, -1);
            case 'move-down':
                return this.#move(at, 1);
            case 'remove':
                return this.#remove(at);
            default:
                return step(cell, action);
        }
    }

    /** @param {MouseEvent} event */
    #clicked(event) {
        const target = event.target instanceof Element ? event.target : null;
        const adding = target?.closest('[data-add-row]')?.closest('[data-table]');
        if (adding instanceof HTMLElement) {
            const table = adding.dataset.table ?? '';
            this.#add(table, this.#client.rows(table).at(-1) ?? null, 0);
            return;
        }
        const pressed = target?.closest('[data-row-action]');
        const at = rowOf(pressed ?? null);
        if (!(pressed instanceof HTMLElement) || at === null) {
            return;
        }
        if (pressed.dataset.rowAction === 'remove') {
            this.#remove(at);
        } else {
            this.#move(at, pressed.dataset.rowAction === 'up' ? -1 : 1);
        }
    }

    /**
     * The same column one row down; after the last row, a new one.
     *
     * @param {{table: string, row: string}} at
     * @param {HTMLElement} cell
     */
    #enter(at, cell) {
        if (!step(cell, 'down') && this.#canEdit(at.table)) {
            this.#add(at.table, at.row, columnOf(cell));
        }
        return true;
    }

    /**
     * @param {string} table
     * @param {string | null} after
     * @param {number} column where to go in the new row
     */
    #add(table, after, column) {
        if (!this.#canEdit(table)) {
            return false;
        }
        const row = this.#client.addRow(table, after);
        this.#views.get(table)?.patch([...this.#client.rows(table)]);
        const cells = this.#places.row(table, row)?.querySelectorAll('.cell') ?? [];
        const cell = /** @type {HTMLElement | undefined} */ (cells[column]);
        if (cell !== undefined) {
            focusableIn(cell)?.focus();
        }
        return true;
    }

    /**
     * @param {{table: string, row: string}} at
     * @param {number} by
     */
    #move({ table, row }, by) {
        const order = this.#client.rows(table);
        const from = order.indexOf(row);
        const to = from + by;
        if (!this.#canEdit(table) || from < 0 || to < 0 || to >= order.length) {
            return true;
        }
        const others = order.filter((id) => id !== row);
        this.#client.moveRow(table, row, to === 0 ? null : others[to - 1]);
        this.#views.get(table)?.patch([...this.#client.rows(table)]);
        return true;
    }

    /** @param {{table: string, row: string}} at */
    #remove({ table, row }) {
        const element = this.#places.row(table, row);
        if (element === null || !this.#canEdit(table)) {
            return true;
        }
        const number = element.querySelector('[data-row-number]')?.textContent;
        this.#leave(element);
        this.#client.removeRow(table, row);
        this.#views.get(table)?.patch([...this.#client.rows(table)]);
        this.#toasts.show(`Row ${number} removed.`, {
            label: 'Undo',
            press: () => this.#client.restoreRow(table, row),
        });
        return true;
    }

    /**
     * The focus goes to a row beside before its own goes away.
     *
     * @param {HTMLElement} row
     */
    #leave(row) {
        if (!row.contains(document.activeElement)) {
            return;
        }
        const cell = document.activeElement?.closest('td');
        const beside = cell instanceof HTMLElement && (step(cell, 'down') || step(cell, 'up'));
        if (!beside) {
            find(/** @type {HTMLElement} */ (row.closest('[data-table]')), '[data-add-row]').focus();
        }
    }

    /** @param {string} table */
    #canEdit(table) {
        return !isReadOnly(this.#places.table(table));
    }
}

/** @param {HTMLElement} cell */
function columnOf(cell) {
    return [...(cell.parentElement?.querySelectorAll('.cell') ?? [])].indexOf(cell);
}

/**
 * @param {string} table
 * @returns {string | null} the row of this table that has the focus
 */
function focusedRow(table) {
    const at = rowOf(document.activeElement);
    return at?.table === table ? at.row : null;
}
