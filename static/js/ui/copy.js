// @ts-check
/**
 * Puts a text on the clipboard, also where the page is not served over https.
 */

import { make } from './dom.js';

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it is there
 */
export async function copyText(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        return copyBySelection(text);
    }
}

/** @param {string} text */
function copyBySelection(text) {
    const before = document.activeElement;
    const area = /** @type {HTMLTextAreaElement} */ (make('textarea', { class: 'visually-hidden' }));
    area.value = text;
    (before?.closest('dialog') ?? document.body).append(area); // behind an open dialog nothing can be selected
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (before instanceof HTMLElement) {
        before.focus({ preventScroll: true });
    }
    return done;
}
