// @ts-check
/**
 * Opening a submitted form again: the dialog that asks why.
 *
 * What is written as the reason stays in it until the form is open.
 *
 * @typedef {import('./asking.js').Outcome} Outcome
 */

import { find, say } from '../dom.js';
import { troubleOf } from './words.js';

export class ReopenDialog {
    #dialog;
    #reason;
    #confirm;
    #post;
    #done;
    #isBusy = false;

    /**
     * @param {HTMLElement} root
     * @param {{post: (reason: string) => Promise<Outcome>, done: () => void}} given `done`: it is open again
     */
    constructor(root, { post, done }) {
        this.#dialog = /** @type {HTMLDialogElement} */ (find(root, '[data-reopen-dialog]'));
        this.#reason = /** @type {HTMLTextAreaElement} */ (find(this.#dialog, 'textarea'));
        this.#confirm = find(this.#dialog, '[data-confirm]');
        this.#post = post;
        this.#done = done;
        find(this.#dialog, '[data-cancel]').addEventListener('click', () => this.#dialog.close());
        find(this.#dialog, 'form').addEventListener('submit', (event) => {
            event.preventDefault();
            void this.#send();
        });
    }

    open() {
        this.#say('');
        this.#dialog.showModal();
        this.#reason.focus();
    }

    hide() {
        this.#dialog.close();
    }

    async #send() {
        const reason = this.#reason.value.trim();
        if (this.#isBusy || reason === '') {
            this.#say(this.#isBusy ? '' : 'Please say why.');
            return;
        }
        this.#busy(true);
        const outcome = await this.#post(reason);
        this.#busy(false);
        if (outcome.done) {
            this.#reason.value = '';
            this.#dialog.close();
            this.#done();
        } else if (outcome.code === 'signed_out') {
            this.#dialog.close(); // the session's dialog takes over
        } else {
            this.#say(troubleOf(outcome));
        }
    }

    /** @param {boolean} isBusy */
    #busy(isBusy) {
        this.#isBusy = isBusy;
        this.#say('');
        this.#confirm.setAttribute('aria-disabled', String(isBusy));
    }

    /** @param {string} trouble */
    #say(trouble) {
        say(find(this.#dialog, '[data-trouble]'), trouble);
        this.#reason.toggleAttribute('aria-invalid', false);
        if (trouble !== '') {
            this.#reason.setAttribute('aria-invalid', 'true');
        }
    }
}
