// @ts-check
/**
 * Short messages at the foot of the page, each with at most one thing to do about it.
 *
 * They wait while one is on them with pointer or focus; the live region tells them to those who do not see them.
 */

import { button, make } from './dom.js';

const STAYS = 9000;
const MOST = 3;

export class Toasts {
    #root;
    #announce;

    /**
     * @param {HTMLElement} root
     * @param {(text: string) => void} announce
     */
    constructor(root, announce) {
        this.#root = root;
        this.#announce = announce;
    }

    /**
     * @param {string} text
     * @param {{label: string, press: () => void} | null} [action]
     */
    show(text, action = null) {
        const toast = make('div', { class: 'toast' }, make('span', { text }));
        if (action !== null) {
            toast.append(button(action.label, () => (action.press(), toast.remove()), 'button-quiet'));
        }
        toast.append(closing(toast));
        this.#root.append(toast);
        while (this.#root.childElementCount > MOST) {
            this.#root.firstElementChild?.remove();
        }
        this.#announce(action === null ? text : `${text} ${action.label} is at the end of the page.`);
        this.#leaveLater(toast);
    }

    /** @param {HTMLElement} toast */
    #leaveLater(toast) {
        setTimeout(() => {
            if (toast.matches(':hover, :focus-within')) {
                this.#leaveLater(toast);
            } else {
                toast.remove();
            }
        }, STAYS);
    }
}

/** @param {HTMLElement} toast */
function closing(toast) {
    const icon = make('span', { class: 'icon icon-remove', 'aria-hidden': 'true' });
    return make(
        'button',
        { type: 'button', class: 'icon-button', 'aria-label': 'Close', on: { click: () => toast.remove() } },
        icon,
    );
}
