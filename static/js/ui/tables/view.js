// @ts-check
/**
 * One table on the page: its rows by id, made from the server's template row, patched when rows come, go and move.
 *
 * Owns the elements. Must not know what is in the cells: `fill` is given. A row is made, moved or taken away; the
 * others are not touched, so nobody's focus, caret or scroll changes. A row that somebody else removed while one is in
 * it stays, marked, until one leaves it: keystrokes must not end up in the next row.
 */

import { isReadOnly } from '../access.js';
import { find, make, say } from '../dom.js';
import { arrange } from './order.js';

const LARGE = 60;

export class TableView {
    /** @type {Map<string, HTMLElement>} */
    rows = new Map();
    /** @type {string[]} */
    #order = [];
    #isDrawn = false;
    #body;
    #template;

    /**
     * @param {HTMLElement} root
     * @param {(row: HTMLElement) => void} fill writes the values into the cells of a new row
     */
    constructor(root, fill) {
        this.root = root;
        this.key = root.dataset.table ?? '';
        this.fill = fill;
        this.#body = find(root, '[data-rows]');
        this.#template = /** @type {HTMLTemplateElement} */ (find(root, '[data-row-template]'));
        new ResizeObserver(() => this.#fit()).observe(find(root, '[data-table-frame]'));
    }

    /** @param {string[]} ids */
    patch(ids) {
        const wanted = new Set(ids);
        const focused = document.activeElement?.closest('[data-row]') ?? null;
        for (const [id, row] of this.rows) {
            if (!wanted.has(id)) {
                this.#take(id, row, row === focused);
            }
        }
        const fresh = ids.filter((id) => !this.rows.has(id));
        for (const id of fresh) {
            this.rows.set(id, this.#make(id));
        }
        this.#order = ids;
        arrange(
            this.#line(),
            ids.map((id) => /** @type {HTMLElement} */ (this.rows.get(id))),
            /** @type {any} */ (focused),
        );
        fresh.forEach((id) => this.fill(/** @type {HTMLElement} */ (this.rows.get(id))));
        this.#light(fresh);
        this.#count();
    }

    /** Rows that were only kept because somebody was in them. */
    sweep() {
        for (const row of this.#body.querySelectorAll('.is-gone')) {
            if (!row.contains(document.activeElement)) {
                row.remove();
            }
        }
    }

    /**
     * @param {string} id
     * @returns {HTMLElement}
     */
    #make(id) {
        const ghost = this.#body.querySelector(`.is-gone[data-row="${CSS.escape(id)}"]`);
        if (ghost instanceof HTMLElement) {
            setGone(ghost, false);
            return ghost;
        }
        const row = /** @type {HTMLElement} */ (this.#template.content.firstElementChild?.cloneNode(true));
        row.dataset.row = id;
        name(row, this.key, id);
        return row;
    }

    /**
     * @param {string} id
     * @param {HTMLElement} row
     * @param {boolean} isFocused
     */
    #take(id, row, isFocused) {
        this.rows.delete(id);
        if (isFocused) {
            setGone(row, true);
        } else {
            row.remove();
        }
    }

    /** The rows that are in the table; notices and rows that are gone stand among them and do not count. */
    #line() {
        /** @param {Element | null} element */
        const row = (element) => {
            while (element !== null && !(element.hasAttribute('data-row') && !element.classList.contains('is-gone'))) {
                element = element.nextElementSibling;
            }
            return /** @type {HTMLElement | null} */ (element);
        };
        return {
            first: () => row(this.#body.firstElementChild),
            /** @param {HTMLElement} item */
            next: (item) => row(item.nextElementSibling),
            /**
             * @param {HTMLElement} item
             * @param {HTMLElement | null} before
             */
            put: (item, before) => this.#body.insertBefore(item, before),
        };
    }

    /**
     * A row that comes while one looks is lit for a moment; the ones that were there at first are not.
     *
     * @param {string[]} ids
     */
    #light(ids) {
        if (this.#isDrawn) {
            ids.forEach((id) => this.rows.get(id)?.classList.add('is-new'));
        }
        this.#isDrawn = true;
    }

    #count() {
        const count = this.#order.length;
        this.#order.forEach((id, index) => {
            const number = this.rows.get(id)?.querySelector('[data-row-number]');
            if (number) {
                say(number, String(index + 1));
            }
        });
        say(find(this.root, '[data-row-count]'), count === 0 ? '' : count === 1 ? '1 row' : `${count} rows`);
        find(this.root, '[data-empty]').hidden = count > 0;
        this.root.classList.toggle('is-large', count > LARGE);
        this.#fit();
    }

    /** Where the columns do not fit, the frame scrolls sideways, not the page. */
    #fit() {
        const frame = find(this.root, '[data-table-frame]');
        const head = find(this.root, 'thead tr');
        const wanted = [...head.children].reduce((sum, column) => sum + minWidth(column), 0);
        frame.classList.toggle('is-wide', wanted > frame.clientWidth + 1);
    }
}

/** @param {Element} column */
function minWidth(column) {
    const style = getComputedStyle(column);
    return parseFloat(style.minWidth) || parseFloat(style.flexBasis) || 0;
}

/**
 * A cell is called by its column and its row, and these names stay right when rows move.
 *
 * @param {HTMLElement} row
 * @param {string} table
 * @param {string} id
 */
function name(row, table, id) {
    const head = find(row, '.row-head');
    head.id = `row-${table}-${id}`;
    for (const control of row.querySelectorAll('[data-control]')) {
        const field = control.closest('[data-field]');
        const column = field instanceof HTMLElement ? field.dataset.field : '';
        control.setAttribute('aria-labelledby', `column-${table}-${column} ${head.id}`);
    }
}

/**
 * Nothing that is typed into a removed row can be kept, so nothing can be typed. Disabling would take the focus away.
 *
 * @param {HTMLElement} row
 * @param {boolean} isGone
 */
function setGone(row, isGone) {
    row.classList.toggle('is-gone', isGone);
    for (const control of row.querySelectorAll('input, textarea')) {
        control.toggleAttribute('readonly', isGone || isReadOnly(row));
    }
    row.toggleAttribute('aria-disabled', isGone);
    if (isGone) {
        row.append(make('td', { class: 'visually-hidden', role: 'cell', text: 'This row was removed.' }));
    } else {
        row.querySelector('td.visually-hidden')?.remove();
    }
}
