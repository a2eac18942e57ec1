// @ts-check
/**
 * A dialog that comes by itself: nobody asked for it, so whoever is typing must not press anything in it by accident.
 *
 * Owns opening and closing: the title takes the focus, where keys do nothing, unless another part is meant to; Escape
 * and `close` lead back to where one was. What it says is its maker's.
 */

import { make } from '../dom.js';

export class Dialog {
    #element;
    #title;
    #text;

    /**
     * @param {string} name a word for its ids
     * @param {Node[]} content below the title and the text
     */
    constructor(name, content) {
        this.#title = make('h2', { id: `${name}-title`, tabindex: '-1' });
        this.#text = make('p', { id: `${name}-text`, class: 'session-text' });
        this.#element = /** @type {HTMLDialogElement} */ (
            make(
                'dialog',
                {
                    class: 'session-dialog',
                    role: 'alertdialog',
                    'data-session-dialog': name,
                    'aria-labelledby': `${name}-title`,
                    'aria-describedby': `${name}-text ${name}-more`, // the latter where its maker has one
                },
                this.#title,
                this.#text,
                ...content,
            )
        );
        document.body.append(this.#element);
    }

    get isOpen() {
        return this.#element.open;
    }

    /**
     * @param {string} title
     * @param {string} text
     */
    say(title, text) {
        this.#title.textContent = title;
        this.#text.textContent = text;
    }

    /** @param {HTMLElement} [focus] */
    open(focus = this.#title) {
        if (!this.#element.open) {
            this.#element.showModal();
            focus.focus({ preventScroll: true });
        }
    }

    close() {
        this.#element.close(); // the focus goes back by itself
    }

    /**
     * @param {'close' | 'cancel' | 'click'} what cancel: by Escape or a gesture
     * @param {() => void} then
     */
    on(what, then) {
        this.#element.addEventListener(what, then);
    }
}
