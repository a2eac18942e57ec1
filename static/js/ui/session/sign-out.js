// @ts-check
/**
 * Signing out, and the question before it where something would be lost.
 *
 * Owns the way of every form marked `data-sign-out`: it is sent when nothing is unsaved, or when its sender says so.
 *
 * @typedef {{here: number, elsewhere: number, kept: number}} Unsaved
 */

import { button, make } from '../dom.js';
import { Dialog } from './dialog.js';
import { notSaved, whereUnsaved } from './words.js';

export class SigningOut {
    #count;
    #going;
    #stay = button('Stay', () => this.#dialog.close(), 'button button-primary');
    #dialog;
    #isAsking = false;
    /** @type {HTMLFormElement | null} */
    #form = null;

    /**
     * @param {{count: () => Promise<Unsaved>, going: () => Promise<void>}} given `going`: it is decided
     */
    constructor({ count, going }) {
        this.#count = count;
        this.#going = going;
        const anyway = button('Sign out anyway', () => void this.#go(), 'button button-danger');
        this.#dialog = new Dialog('sign-out', [make('div', { class: 'session-actions' }, anyway, this.#stay)]);
        document.addEventListener('submit', (event) => void this.#submitted(event));
    }

    /** There is nothing to ask any more. */
    hide() {
        this.#dialog.close();
    }

    /** @param {SubmitEvent} event */
    async #submitted(event) {
        const form = event.target;
        if (!(form instanceof HTMLFormElement) || !form.matches('[data-sign-out]')) {
            return;
        }
        event.preventDefault();
        if (this.#isAsking) {
            return;
        }
        this.#form = form;
        this.#isAsking = true;
        const unsaved = await this.#count();
        this.#isAsking = false;
        const all = unsaved.here + unsaved.elsewhere + unsaved.kept;
        if (all === 0) {
            void this.#go();
        } else {
            this.#dialog.say(notSaved(all), `${whereUnsaved(unsaved)}. If you sign out now, it is lost.`);
            this.#dialog.open(this.#stay);
        }
    }

    async #go() {
        await this.#going();
        this.#form?.submit();
    }
}
