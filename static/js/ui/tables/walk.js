// @ts-check
/**
 * From one cell of a table to the one beside it, and what a cell's control lets the arrows do.
 *
 * Reads the DOM as it is: a table that somebody else is changing has no other truth about what is beside what.
 *
 * @typedef {import('./keys.js').Place} Place
 */

const PICKERS = new Set(['date', 'time', 'datetime-local']);

/**
 * @param {EventTarget | null} target
 * @returns {Place}
 */
export function placeOf(target) {
    if (target instanceof HTMLTextAreaElement) {
        return { kind: 'lines', ...caretIn(target), ...linesIn(target) };
    }
    const everywhere = { atStart: true, atEnd: true, onFirstLine: true, onLastLine: true };
    if (target instanceof HTMLSelectElement) {
        return { kind: 'choice', ...everywhere };
    }
    if (!(target instanceof HTMLInputElement)) {
        return { kind: 'button', ...everywhere };
    }
    if (PICKERS.has(target.type)) {
        return { kind: 'picker', ...everywhere };
    }
    return target.type === 'checkbox'
        ? { kind: 'check', ...everywhere }
        : { kind: 'line', ...everywhere, ...caretIn(target) };
}

/**
 * @param {HTMLInputElement | HTMLTextAreaElement} control
 * @returns {{atStart: boolean, atEnd: boolean}}
 */
function caretIn({ selectionStart, selectionEnd, value }) {
    const isAll = selectionStart === 0 && selectionEnd === value.length;
    const isCaret = selectionStart === selectionEnd;
    return {
        atStart: isAll || (isCaret && selectionStart === 0),
        atEnd: isAll || (isCaret && selectionEnd === value.length),
    };
}

/**
 * A wrapped text has lines that its characters do not tell of: up and down leave it at its very ends, or where it is
 * one line high.
 *
 * @param {HTMLTextAreaElement} control
 * @returns {{onFirstLine: boolean, onLastLine: boolean}}
 */
function linesIn(control) {
    const style = getComputedStyle(control);
    const content = control.scrollHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    const isOneLine = content < 1.8 * parseFloat(style.lineHeight);
    const { atStart, atEnd } = caretIn(control);
    return { onFirstLine: isOneLine || atStart, onLastLine: isOneLine || atEnd };
}

/**
 * @param {HTMLElement} cell
 * @param {'up' | 'down' | 'left' | 'right'} way
 * @returns {boolean} whether there was somewhere to go
 */
export function step(cell, way) {
    const target = way === 'left' || way === 'right' ? sideways(cell, way) : upOrDown(cell, way);
    if (target === null) {
        return false;
    }
    target.focus();
    if (target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === 'text')) {
        target.select();
    }
    return true;
}

/**
 * Within a cell of several boxes and among a row's buttons too, not only between cells.
 *
 * @param {HTMLElement} cell
 * @param {'left' | 'right'} way
 * @returns {HTMLElement | null}
 */
function sideways(cell, way) {
    const row = /** @type {HTMLElement} */ (cell.parentElement);
    const stops = /** @type {HTMLElement[]} */ ([
        ...row.querySelectorAll(':is(input, textarea, select, button):not(:disabled)'),
    ]);
    const here = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    return stops[here + (way === 'left' ? -1 : 1)] ?? null;
}

/**
 * @param {HTMLElement} cell
 * @param {'up' | 'down'} way
 * @returns {HTMLElement | null}
 */
function upOrDown(cell, way) {
    const column = [...(cell.parentElement?.children ?? [])].indexOf(cell);
    for (let row = beside(cell.parentElement, way); row !== null; row = beside(row, way)) {
        const target = row.children[column]?.querySelector(':is(input, textarea, select, button):not(:disabled)');
        if (row.matches('[data-row]:not(.is-gone)') && target instanceof HTMLElement) {
            return target;
        }
    }
    return null;
}

/**
 * @param {Element | null} row
 * @param {'up' | 'down'} way
 */
function beside(row, way) {
    return (way === 'up' ? row?.previousElementSibling : row?.nextElementSibling) ?? null;
}
