// @ts-check
/**
 * Which key does what in a table. Pure: given a key and where the caret is, it names an action.
 *
 * The arrows leave a cell only where the caret can go no further in it, so that moving about never costs a correction
 * its caret. A cell that is selected as a whole, as it is after one moved into it, lets all four through.
 *
 * @typedef {'up' | 'down' | 'left' | 'right'} Way
 * @typedef {'next-row' | 'previous-row' | 'new-row' | 'move-up' | 'move-down' | 'remove' | Way} Action
 *
 * @typedef {Object} Key
 * @property {string} key
 * @property {boolean} ctrl Control, or Command on a Mac.
 * @property {boolean} alt
 * @property {boolean} shift
 *
 * @typedef {Object} Place
 * @property {'line' | 'lines' | 'picker' | 'choice' | 'check' | 'button'} kind
 * @property {boolean} atStart The caret can go no further back.
 * @property {boolean} atEnd
 * @property {boolean} onFirstLine
 * @property {boolean} onLastLine
 */

/**
 * @param {Key} key
 * @param {Place} place
 * @returns {Action | null} null: not ours, the browser knows best
 */
export function actionFor(key, place) {
    if (key.alt) {
        return key.shift && !key.ctrl ? moving(key.key) : null;
    }
    if (key.key === 'Enter') {
        return entering(key, place);
    }
    if (key.ctrl) {
        return key.shift && (key.key === 'Backspace' || key.key === 'Delete') ? 'remove' : null;
    }
    return key.shift ? null : walking(key.key, place);
}

/**
 * @param {string} key
 * @returns {Action | null}
 */
function moving(key) {
    return key === 'ArrowUp' ? 'move-up' : key === 'ArrowDown' ? 'move-down' : null;
}

/**
 * @param {Key} key
 * @param {Place} place
 * @returns {Action | null}
 */
function entering({ ctrl, shift }, { kind }) {
    if (kind === 'button') {
        return null;
    }
    if (ctrl) {
        return 'new-row';
    }
    if (shift) {
        return kind === 'lines' ? null : 'previous-row';
    }
    return 'next-row';
}

/**
 * @param {string} key
 * @param {Place} place
 * @returns {Action | null}
 */
function walking(key, place) {
    switch (key) {
        case 'ArrowUp':
            return takesUpAndDown(place) || !place.onFirstLine ? null : 'up';
        case 'ArrowDown':
            return takesUpAndDown(place) || !place.onLastLine ? null : 'down';
        case 'ArrowLeft':
            return place.kind === 'picker' || !place.atStart ? null : 'left';
        case 'ArrowRight':
            return place.kind === 'picker' || !place.atEnd ? null : 'right';
        default:
            return null;
    }
}

/**
 * A date and a choice change with up and down; Enter and Shift+Enter walk the column there.
 *
 * @param {Place} place
 */
function takesUpAndDown({ kind }) {
    return kind === 'picker' || kind === 'choice';
}
