// @ts-check
/**
 * The question before a form is submitted: the dialog that the server has rendered, and what is said in it.
 *
 * Owns no step of its own: it is given words, and tells which button was pressed.
 *
 * @typedef {import('./words.js').Words} Words
 */

import { find, say } from '../dom.js';

export class SubmitDialog {
    #dialog;
    #confirm;

    /**
     * @param {HTMLElement} root
     * @param {{confirm: () => void, cancel: () => void}} ways
     */
    constructor(root, { confirm, cancel }) {
        this.#dialog = /** @type {HTMLDialogElement} */ (find(root, '[data-submit-dialog]'));
        this.#confirm = find(this.#dialog, '[data-confirm]');
        this.#confirm.addEventListener('click', () => this.#confirm.ariaDisabled !== 'true' && confirm());
        find(this.#dialog, '[data-cancel]').addEventListener('click', () => this.#dialog.close());
        this.#dialog.addEventListener('close', cancel);
    }

    get isOpen() {
        return this.#dialog.open;
    }

    /** @param {Words} words */
    show({ title, text, trouble, confirm, isReady }) {
        say(find(this.#dialog, 'h2'), title);
        say(find(this.#dialog, '[data-text]'), text);
        say(find(this.#dialog, '[data-trouble]'), trouble);
        const hadFocus = this.#confirm === document.activeElement;
        this.#confirm.hidden = confirm === null;
        say(this.#confirm, confirm ?? '');
        this.#confirm.setAttribute('aria-disabled', String(!isReady)); // and keeps the focus
        const cancel = find(this.#dialog, '[data-cancel]');
        say(cancel, confirm === null ? 'Close' : 'Not yet');
        if (!this.#dialog.open) {
            this.#dialog.showModal();
        }
        if (hadFocus && confirm === null) {
            cancel.focus();
        }
    }

    hide() {
        this.#dialog.close();
    }
}
