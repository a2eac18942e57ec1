// @ts-check
/**
 * The help: which key does what, and what a screen reader is told.
 *
 * @typedef {import('./announcer.js').Wanted} Wanted
 */

import { find } from './dom.js';

export class Help {
    #dialog;

    /**
     * @param {HTMLElement} root
     * @param {import('./announcer.js').Announcer} announcer
     */
    constructor(root, announcer) {
        this.#dialog = /** @type {HTMLDialogElement} */ (find(root, '[data-help]'));
        find(root, '[data-open-help]').addEventListener('click', () => this.open());
        find(root, '[data-close-help]').addEventListener('click', () => this.#dialog.close());
        this.#dialog.addEventListener('click', (event) => event.target === this.#dialog && this.#dialog.close());
        this.#offer(announcer);
    }

    open() {
        if (!this.#dialog.open) {
            this.#dialog.showModal(); // the focus comes back by itself
        }
    }

    /** @param {import('./announcer.js').Announcer} announcer */
    #offer(announcer) {
        const group = find(this.#dialog, '[data-announce]');
        const radios = /** @type {NodeListOf<HTMLInputElement>} */ (group.querySelectorAll('input'));
        radios.forEach((radio) => {
            radio.checked = radio.value === announcer.wanted;
        });
        group.addEventListener('change', (event) =>
            announcer.want(/** @type {Wanted} */ (/** @type {HTMLInputElement} */ (event.target).value)),
        );
    }
}
