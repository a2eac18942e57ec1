// @ts-check
/**
 * What somebody has typed into the ordinary forms of a page, and not sent yet.
 *
 * A password is nobody's business, not even its author's: it is neither shown nor copied.
 *
 * @typedef {import('../unsaved.js').Typed} Typed
 * @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control
 */

const CONTROLS = 'input:not([type="hidden"], [type="password"], [type="submit"], [type="button"]), textarea, select';

/**
 * @param {Document} page
 * @returns {Typed[]}
 */
export function typedIn(page) {
    const forms = [...page.forms].filter((form) => form.closest('dialog') === null && !isSaved(form));
    return forms
        .flatMap((form) => /** @type {Control[]} */ ([...form.querySelectorAll(CONTROLS)]))
        .filter(isChanged)
        .map((control) => ({ name: nameOf(control), text: textOf(control) || 'nothing' }));
}

/**
 * Whether the server has it, as a draft.
 *
 * @param {HTMLFormElement} form
 */
function isSaved(form) {
    return form.dataset.draftState === 'saved';
}

/** @param {Control} control */
function isChanged(control) {
    if (control instanceof HTMLSelectElement) {
        return isChosenAnew(control);
    }
    return control.matches('[type="checkbox"], [type="radio"]')
        ? /** @type {HTMLInputElement} */ (control).checked !== /** @type {HTMLInputElement} */ (control).defaultChecked
        : control.value !== control.defaultValue;
}

/**
 * A choice of one that was made with none is the first one.
 *
 * @param {HTMLSelectElement} select
 */
function isChosenAnew(select) {
    const options = [...select.options];
    const hasDefault = select.multiple || options.some((option) => option.defaultSelected);
    return hasDefault
        ? options.some((option) => option.selected !== option.defaultSelected)
        : select.selectedIndex > options.findIndex((option) => !option.disabled);
}

/** @param {Control} control */
function textOf(control) {
    if (control instanceof HTMLSelectElement) {
        return [...control.selectedOptions].map((option) => option.text).join(', ');
    }
    if (control.matches('[type="checkbox"], [type="radio"]')) {
        return /** @type {HTMLInputElement} */ (control).checked ? 'yes' : 'no';
    }
    return control.value;
}

/** @param {Control} control */
function nameOf(control) {
    return control.labels?.[0]?.textContent?.replace(/[\s:]+$/, '').trim() || control.name;
}
