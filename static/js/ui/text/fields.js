// @ts-check
/**
 * The text fields of the page: which of them somebody types in, and what becomes of the events of its control.
 *
 * A text gets a binding when one first enters it, and keeps it, for its undo. All others are simply written.
 *
 * @typedef {import('../../document/operations.js').Address} Address
 * @typedef {import('../../document/text.js').Delta} Delta
 * @typedef {import('./binding.js').TextControl} TextControl
 * @typedef {Pick<import('../../sync/client.js').SyncClient, 'value' | 'edit'>} Client
 */

import { isTextControl } from '../dom.js';
import { TextBinding } from './binding.js';

export class TextFields {
    #client;
    #places;
    /** @type {WeakMap<TextControl, TextBinding>} */
    #bindings = new WeakMap();

    /**
     * @param {Client} client
     * @param {import('../places.js').Places} places
     */
    constructor(client, places) {
        this.#client = client;
        this.#places = places;
    }

    /** @param {HTMLElement} root */
    listen(root) {
        root.addEventListener('focusin', (event) => void this.#bound(event.target));
        root.addEventListener('input', (event) => this.#bound(event.target)?.typed(event.timeStamp));
        root.addEventListener('compositionstart', (event) => this.#bound(event.target)?.compositionStarted());
        root.addEventListener('compositionend', (event) =>
            this.#bound(event.target)?.compositionEnded(event.timeStamp),
        );
        root.addEventListener('beforeinput', (event) => this.#turnFromMenu(event));
        root.addEventListener('keydown', (event) => this.#turnFromKey(event));
    }

    /** Texts can be typed in again, and one of them may have the focus already. */
    opened() {
        this.#bound(document.activeElement);
    }

    /**
     * Somebody else changed a text.
     *
     * @param {Address} address
     * @param {Delta} delta
     */
    remote(address, delta) {
        const control = this.#places.control(address);
        const binding = this.#bindings.get(control);
        if (binding !== undefined) {
            binding.remote(delta);
        } else {
            this.#write(control, address);
        }
    }

    /**
     * Shows the text as the client knows it.
     *
     * @param {Address} address
     * @param {TextControl} control
     */
    draw(address, control) {
        const binding = this.#bindings.get(control);
        if (binding !== undefined) {
            binding.reset(this.#client.value(address) ?? '');
        } else {
            this.#write(control, address);
        }
    }

    /**
     * Where the caret is, as the client counts.
     *
     * @param {EventTarget | null} target
     * @returns {[number, number] | null}
     */
    selectionIn(target) {
        return this.#bound(target)?.selection ?? null;
    }

    /**
     * @param {TextControl | null} control
     * @param {Address} address
     */
    #write(control, address) {
        const text = this.#client.value(address) ?? '';
        if (control !== null && control.value !== text) {
            control.value = text;
        }
    }

    /**
     * @param {EventTarget | null} target
     * @returns {TextBinding | null}
     */
    #bound(target) {
        const address = isTextControl(target) ? this.#places.addressOf(target) : null;
        if (address === null || !this.#places.definitionOf(address)?.merges) {
            return null;
        }
        const control = /** @type {TextControl} */ (target);
        let binding = this.#bindings.get(control);
        if (binding === undefined && !control.readOnly) {
            binding = new TextBinding(control, this.#client.value(address) ?? '', (delta) =>
                this.#client.edit(address, delta),
            );
            this.#bindings.set(control, binding);
        }
        return binding ?? null;
    }

    /** @param {InputEvent} event */
    #turnFromMenu(event) {
        const binding = event.inputType.startsWith('history') ? this.#bound(event.target) : null;
        if (binding === null) {
            return;
        }
        event.preventDefault();
        if (event.inputType === 'historyUndo') {
            binding.undo();
        } else {
            binding.redo();
        }
    }

    /** @param {KeyboardEvent} event */
    #turnFromKey(event) {
        const turn = turnOf(event);
        const binding = turn === null ? null : this.#bound(event.target);
        if (binding !== null && turn !== null) {
            event.preventDefault();
            binding[turn]();
        }
    }
}

/**
 * @param {KeyboardEvent} event
 * @returns {'undo' | 'redo' | null}
 */
function turnOf({ key, ctrlKey, metaKey, shiftKey, altKey }) {
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
