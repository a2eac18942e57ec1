// @ts-check
/**
 * Undo and redo on the page: their keys, their two buttons, and how one finds what they did.
 *
 * One stack for the whole form (`sync/undo`): Ctrl+Z takes back one's own last change wherever it was, inside a text as
 * well, and the browser's own undo is kept out of the form. A key leads to what changed, with the caret behind it; a
 * button only shows it, so that it can be pressed again. Must not know how a step is taken back.
 *
 * @typedef {import('../document/operations.js').Address} Address
 * @typedef {import('../document/operations.js').Op} Op
 * @typedef {import('../sync/types.js').Untouched} Untouched
 * @typedef {'undo' | 'redo'} Way
 * @typedef {Pick<import('../sync/client.js').SyncClient, 'undo' | 'redo' | 'canUndo' | 'canRedo' | 'you'>} Client
 * @typedef {{
 *   places: import('./places.js').Places, texts: import('./text/fields.js').TextFields,
 *   scalars: import('./scalars.js').ScalarFields, tables: import('./tables/tables.js').Tables,
 *   edited: import('./edited.js').Edited, announcer: import('./announcer.js').Announcer,
 *   toasts: import('./toasts.js').Toasts,
 * }} Parts named here, not taken from the page: a name in a comment is hashed too, and this would be a circle
 */

import { addressOf } from '../document/operations.js';
import { endOf } from '../sync/undo/typing.js';
import { isReadOnly } from './access.js';
import { find, goTo } from './dom.js';
import { focusableIn } from './places.js';

const DONE = { undo: 'Undone', redo: 'Redone' };
const NOT_DONE = { undo: 'Not undone', redo: 'Not redone' };

export class UndoRedo {
    #client;
    #form;
    #parts;
    /** @type {[Way, HTMLElement][]} none on a viewer's page */
    #buttons;

    /**
     * @param {HTMLElement} root
     * @param {Client} client
     * @param {Parts} parts of the page
     */
    constructor(root, client, parts) {
        this.#client = client;
        this.#form = find(root, '[data-form]');
        this.#parts = parts;
        const buttons = /** @type {HTMLElement[]} */ ([...root.querySelectorAll('[data-turn]')]);
        this.#buttons = buttons.map((button) => [/** @type {Way} */ (button.dataset.turn), button]);
        this.#listen();
    }

    /** Shows whether there is anything to undo, and to redo. */
    draw() {
        const isOpen = !isReadOnly(this.#form);
        const can = { undo: isOpen && this.#client.canUndo, redo: isOpen && this.#client.canRedo };
        for (const [way, button] of this.#buttons) {
            button.setAttribute('aria-disabled', String(!can[way])); // `disabled` would take the focus away
        }
    }

    #listen() {
        document.addEventListener('keydown', (event) => this.#pressed(event));
        this.#form.addEventListener('beforeinput', (event) => this.#chosen(event));
        for (const [way, button] of this.#buttons) {
            button.addEventListener('click', () => this.#turn(way, { leads: false }));
        }
    }

    /** @param {KeyboardEvent} event */
    #pressed(event) {
        const way = wayOf(event);
        if (way === null || event.isComposing || event.defaultPrevented || this.#isElsewhere(event.target)) {
            return;
        }
        event.preventDefault();
        this.#turn(way, { leads: true });
    }

    /**
     * Undo from a menu of the browser, or of a phone's keyboard.
     *
     * @param {InputEvent} event
     */
    #chosen(event) {
        if (event.inputType === 'historyUndo' || event.inputType === 'historyRedo') {
            event.preventDefault();
            this.#turn(event.inputType === 'historyUndo' ? 'undo' : 'redo', { leads: true });
        }
    }

    /**
     * What one types in beside the form has an undo of its own: the browser's.
     *
     * @param {EventTarget | null} target
     */
    #isElsewhere(target) {
        if (!(target instanceof Element) || target.closest('dialog') !== null) {
            return true;
        }
        return target.matches('input, textarea, select, [contenteditable]') && !this.#form.contains(target);
    }

    /**
     * @param {Way} way
     * @param {{leads: boolean}} options whether the focus goes to what changed
     */
    #turn(way, { leads }) {
        const { announcer, places, scalars, tables, texts, toasts } = this.#parts;
        if (isReadOnly(this.#form) || texts.isComposing) {
            return; // an input method has an undo of its own while it composes
        }
        const unread = way === 'undo' ? scalars.letGo(document.activeElement) : null;
        if (unread !== null) {
            announcer.tell(`Undone: ${places.nameOf(unread)}.`);
            return;
        }
        const turned = tables.leaving(() => this.#client[way]());
        if (turned === null) {
            announcer.tell(`There is nothing to ${way}.`);
        } else if (turned.against !== null) {
            toasts.show(`${NOT_DONE[way]}: ${this.#whyNot(turned.op, turned.against)}`);
        } else {
            this.#show(turned.op, leads);
            announcer.tell(`${DONE[way]}: ${this.#nameOf(turned.op, way)}.`);
        }
    }

    /**
     * @param {Op} op
     * @param {boolean} leads
     */
    #show(op, leads) {
        const { edited, places, scalars, texts } = this.#parts;
        const address = addressOf(op);
        if (op.kind === 'set') {
            scalars.put(/** @type {Address} */ (address));
        }
        const row = op.table === undefined ? null : places.row(op.table, /** @type {string} */ (op.row));
        const place = address === null ? (row?.querySelector('.cell') ?? null) : places.at(address);
        if (!(place instanceof HTMLElement)) {
            return; // a row that is gone: the focus has gone to the one beside
        }
        const stays = address === null ? row?.contains(document.activeElement) : place.contains(document.activeElement);
        if (leads && !stays) {
            goTo(focusableIn(place) ?? place);
        } else {
            place.scrollIntoView({ block: 'nearest' });
        }
        if (address !== null) {
            edited.changed(address, { light: !leads || !stays });
        }
        if (leads && address !== null && op.kind === 'edit') {
            texts.putCaret(address, endOf(op.delta));
        }
    }

    /**
     * @param {Op} op
     * @param {Way} way
     * @returns {string}
     */
    #nameOf(op, way) {
        const { places } = this.#parts;
        const address = addressOf(op);
        if (address !== null) {
            return places.nameOf(address);
        }
        const { kind, table, row } = /** @type {import('../document/operations.js').RowOp} */ (op);
        const name = places.nameOfTable(table);
        const number = places.row(table, row)?.querySelector('[data-row-number]')?.textContent;
        switch (kind) {
            case 'restore_row':
                return `row ${number} of ${name} is back`;
            case 'move_row':
                return `row ${number} of ${name} is moved ${way === 'undo' ? 'back' : 'again'}`;
            default:
                return `a row of ${name} is removed`;
        }
    }

    /**
     * @param {Op} op
     * @param {Untouched} against
     * @returns {string}
     */
    #whyNot(op, { why, by }) {
        const address = addressOf(op);
        const what = address === null ? 'this row' : this.#parts.places.nameOf(address);
        if (why === 'refused') {
            return `${what} was not saved. Decide about that first.`;
        }
        if (why === 'gone') {
            return 'the row it stood below is not there any more.';
        }
        const who = by === null ? 'somebody' : by.id === this.#client.you?.user.id ? 'you, elsewhere,' : by.name;
        const verb = by?.id === this.#client.you?.user.id ? 'have' : 'has';
        const did = op.kind === 'remove_row' ? 'written in' : op.kind === 'move_row' ? 'moved' : 'changed';
        return `${who} ${verb} ${did} ${what} since.`;
    }
}

/**
 * @param {Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>} event
 * @returns {Way | null}
 */
export function wayOf({ key, ctrlKey, metaKey, shiftKey, altKey }) {
    if (!(ctrlKey || metaKey) || altKey) {
        return null;
    }
    switch (key.toLowerCase()) {
        case 'z':
            return shiftKey ? 'redo' : 'undo';
        case 'y':
            return shiftKey ? null : 'redo';
        default:
            return null;
    }
}
