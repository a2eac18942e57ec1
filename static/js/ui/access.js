// @ts-check
/**
 * Whether the form on the page takes anything (C10): it does not while it is closed, nor from who may only view it.
 *
 * Owns `readonly` and `disabled` of what one fills and presses in it, in rows that are still to come as well. What was
 * typed stays where it stands, and the panels of refused edits stay in use (I6). A page that the server made for a viewer
 * has nothing to open.
 */

const USED = '[data-control], [data-control] input, [data-add-row], [data-row-action]';
const READ_ONLY = 'is-read-only';

export class Access {
    #form;

    /** @param {HTMLElement} form */
    constructor(form) {
        this.#form = form;
    }

    /**
     * @param {boolean} isOpen
     * @returns {boolean} whether that is new
     */
    set(isOpen) {
        if (isOpen !== isReadOnly(this.#form)) {
            return false;
        }
        this.#form.classList.toggle(READ_ONLY, !isOpen);
        const templates = [...this.#form.querySelectorAll('template')].map((template) => template.content);
        for (const part of [this.#form, ...templates]) {
            part.querySelectorAll(USED).forEach((control) => setUsable(control, isOpen));
        }
        return true;
    }
}

/**
 * @param {Element} element in the form, or the form itself
 * @returns {boolean}
 */
export function isReadOnly(element) {
    return element.closest(`.${READ_ONLY}`) !== null;
}

/**
 * @param {Element} control
 * @param {boolean} isUsable
 */
function setUsable(control, isUsable) {
    if (control.closest('.is-gone') !== null) {
        return; // a removed row is closed for a reason of its own
    }
    if (control.matches('textarea, input:not([type="checkbox"])')) {
        control.toggleAttribute('readonly', !isUsable); // and keeps the focus
    } else if (control.matches('select, input, button')) {
        control.toggleAttribute('disabled', !isUsable);
    }
}
