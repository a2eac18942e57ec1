// @ts-check
/**
 * The text fields of the page: which of them somebody types in, and what becomes of the events of its control.
 *
 * A text gets a binding when one first enters it, and keeps it. All others are simply written.
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

    /** Whether an input method is composing, so that nothing may change under it. */
    get isComposing() {
        return this.#bound(document.activeElement)?.composing ?? false;
    }

    /**
     * Puts the caret in a text that has the focus.
     *
     * @param {Address} address
     * @param {number} position as the client counts
     */
    putCaret(address, position) {
        this.#bound(this.#places.control(address))?.putCaret(position);
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
            binding = new TextBinding(control, this.#client.value(address) ?? '', (delta, typing) =>
                this.#client.edit(address, delta, typing),
            );
            this.#bindings.set(control, binding);
        }
        return binding ?? null;
    }
}
