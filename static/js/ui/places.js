// @ts-check
/**
 * From an address to its place on the page, and back.
 *
 * A place is the element around one field's control: a `.field`, or a cell of a row. Rows come and go; `tables/view.js`
 * tells which element is which row. Must not know values or the sync client.
 *
 * @typedef {import('../document/operations.js').Address} Address
 * @typedef {import('../document/definition.js').Definition} Definition
 * @typedef {import('../document/definition.js').Field} Field
 */

import { find } from './dom.js';

export class Places {
    #root;
    /** @type {Map<string, HTMLElement>} */
    #fields = new Map();
    /** @type {Map<string, Map<string, HTMLElement>>} */
    #rows = new Map();
    /** @type {Map<string, string[]>} the columns of a table in their order */
    #columns = new Map();
    /** @type {Definition | null} */
    #definition = null;

    /** @param {HTMLElement} root */
    constructor(root) {
        this.#root = root;
        for (const place of root.querySelectorAll('.field')) {
            const field = /** @type {HTMLElement} */ (place);
            this.#fields.set(field.dataset.field ?? '', field);
        }
    }

    /** @param {Definition} definition */
    define(definition) {
        this.#definition = definition;
        for (const [key, table] of definition.tables) {
            this.#columns.set(
                key,
                table.columns.map((column) => column.key),
            );
        }
    }

    /**
     * @param {string} table
     * @param {Map<string, HTMLElement>} rows kept up to date by its owner
     */
    registerRows(table, rows) {
        this.#rows.set(table, rows);
    }

    /** @returns {IterableIterator<[string, HTMLElement]>} the fields of the form itself */
    fields() {
        return this.#fields.entries();
    }

    /**
     * @param {Address} address
     * @returns {HTMLElement | null}
     */
    at(address) {
        if (address.table === undefined) {
            return this.#fields.get(address.field) ?? null;
        }
        const row = this.row(address.table, address.row);
        const column = this.#columns.get(address.table)?.indexOf(address.field) ?? -1;
        const cell = row === null || column < 0 ? undefined : row.children[column + 1]; // the row's head is first
        return cell instanceof HTMLElement ? cell : null;
    }

    /**
     * @param {string} table
     * @param {string} row
     * @returns {HTMLElement | null}
     */
    row(table, row) {
        return this.#rows.get(table)?.get(row) ?? null;
    }

    /**
     * @param {string} table
     * @returns {HTMLElement}
     */
    table(table) {
        return find(this.#root, `[data-table="${CSS.escape(table)}"]`);
    }

    /**
     * @param {Address} address
     * @returns {any} the control; loosely typed, because each kind of field has one of its own
     */
    control(address) {
        const place = this.at(address);
        return place === null ? null : controlIn(place);
    }

    /**
     * The address of whatever is inside a place.
     *
     * @param {EventTarget | null} node
     * @returns {Address | null}
     */
    addressOf(node) {
        const place = node instanceof Element ? node.closest('[data-field]') : null;
        if (!(place instanceof HTMLElement) || place.dataset.field === undefined) {
            return null;
        }
        const row = rowOf(place);
        return row === null ? { field: place.dataset.field } : { ...row, field: place.dataset.field };
    }

    /**
     * @param {Address} address
     * @returns {Field | null}
     */
    definitionOf(address) {
        return this.#definition?.fieldAt(address) ?? null;
    }

    /**
     * What a person calls this place: "Summary"; "Pressure, row 3".
     *
     * @param {Address} address
     * @returns {string}
     */
    nameOf(address) {
        const label = this.definitionOf(address)?.label || address.field;
        if (address.table === undefined) {
            return label;
        }
        const number = this.row(address.table, address.row)?.querySelector('[data-row-number]')?.textContent;
        return number ? `${label}, row ${number}` : label;
    }

    /**
     * @param {string} table
     * @returns {string}
     */
    nameOfTable(table) {
        return find(this.table(table), 'h3').textContent ?? table;
    }

    /**
     * @param {Address} address
     * @returns {string | null} the key of its section
     */
    sectionOf(address) {
        return this.#definition?.sectionOf.get(address.table ?? address.field) ?? null;
    }
}

/**
 * @param {HTMLElement} place
 * @returns {any}
 */
export function controlIn(place) {
    return place.querySelector('[data-control]');
}

/**
 * What takes the focus: the control, or the first of its boxes.
 *
 * @param {HTMLElement} place
 * @returns {HTMLElement | null}
 */
export function focusableIn(place) {
    return place.querySelector(':is(input, textarea, select):not(:disabled)');
}

/**
 * @param {EventTarget | null} node
 * @returns {{table: string, row: string} | null}
 */
export function rowOf(node) {
    const row = node instanceof Element ? node.closest('[data-row]') : null;
    const table = row?.closest('[data-table]');
    return row instanceof HTMLElement && table instanceof HTMLElement
        ? { table: table.dataset.table ?? '', row: row.dataset.row ?? '' }
        : null;
}
