// @ts-check
/**
 * What is not saved, listed so that it can be read and copied before it is lost.
 *
 * @typedef {import('../unsaved.js').Typed} Typed
 */

import { copyText } from '../copy.js';
import { button, make } from '../dom.js';
import { asText } from '../unsaved.js';
import { notSaved } from './words.js';

export class UnsavedList {
    #status = make('p', { class: 'visually-hidden', role: 'status' });
    #title = make('h3');
    #all;
    #list = make('ul');
    /** @type {Typed[]} */
    #typed = [];

    constructor() {
        this.#all = button('Copy all', () => this.#copy(this.#all, asText(this.#typed)));
        this.element = make(
            'section',
            { class: 'session-unsaved', 'data-unsaved': true },
            make('div', { class: 'session-unsaved-head' }, this.#title, this.#all),
            this.#list,
            this.#status,
        );
    }

    /** @param {Typed[]} typed */
    draw(typed) {
        this.#typed = typed;
        this.element.hidden = typed.length === 0;
        this.#title.textContent = notSaved(typed.length);
        this.#all.hidden = typed.length < 2;
        this.#list.replaceChildren(...typed.map((one) => this.#item(one)));
    }

    /** @param {Typed} typed */
    #item({ name, text }) {
        const copy = button('Copy', () => this.#copy(copy, text));
        copy.append(make('span', { class: 'visually-hidden', text: ` ${name}` }));
        return make(
            'li',
            {},
            make('div', { class: 'session-unsaved-head' }, make('span', { class: 'session-name', text: name }), copy),
            make('p', { class: 'session-typed' }, make('span', { text })),
        );
    }

    /**
     * @param {HTMLElement} pressed
     * @param {string} text
     */
    async #copy(pressed, text) {
        const isDone = await copyText(text);
        this.#status.textContent = isDone ? 'Copied.' : 'Copying is not allowed here.';
        pressed.classList.toggle('is-done', isDone);
    }
}
