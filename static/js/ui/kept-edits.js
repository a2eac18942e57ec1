// @ts-check
/**
 * What the page says of edits that this device had kept: that they were found, or that there are more of them.
 *
 * Must not know how they are kept.
 *
 * @typedef {{count: number, at: number}} Found how many changes, and when they were made
 * @typedef {Found & {load: () => void}} Next
 */

import { button, find, make } from './dom.js';
import { ago } from './times.js';

export class KeptEdits {
    #root;
    #toasts;

    /**
     * @param {Document} root
     * @param {import('./toasts.js').Toasts} toasts
     */
    constructor(root, toasts) {
        this.#root = root;
        this.#toasts = toasts;
    }

    /** @param {Found | null} found what a tab had kept that was closed before it could be sent */
    found(found) {
        if (found !== null) {
            this.#toasts.show(`${kept(found)} Now that this page is open, it is saved.`);
        }
    }

    /** @param {Next} next there is more, of another tab */
    offer(next) {
        const actions = make('div', { class: 'actions' }, button('Load them', next.load, 'button button-small'));
        const notice = make('div', { class: 'banner banner-warn', role: 'status', 'data-kept-edits': true });
        find(this.#root, '[data-attention]').before(notice);
        notice.append(make('p', { text: `There is more. ${kept(next)}` }), actions); // into what is there already: it is heard
    }
}

/** @param {Found} found */
function kept({ count, at }) {
    const edits = count === 1 ? '1 edit of yours is' : `${count} edits of yours are`;
    return `${edits} kept on this device, from ${ago(new Date(at).toISOString(), Date.now())}.`;
}
