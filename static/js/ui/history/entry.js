// @ts-check
/**
 * One change of a field, as an entry of the list: who, when, from what to what, and the way back to it.
 *
 * Makes elements and nothing else.
 *
 * @typedef {import('./changes.js').Change} Change
 * @typedef {import('./words.js').Words} Words
 * @typedef {import('./difference.js').Piece} Piece
 */

import { button, make } from '../dom.js';
import { difference, shortened } from './difference.js';

/** @type {Record<Piece['kind'], {tag: string, spoken: string}>} */
const MARKS = {
    same: { tag: 'span', spoken: '' },
    'left-out': { tag: 'span', spoken: '' },
    added: { tag: 'ins', spoken: 'added: ' },
    removed: { tag: 'del', spoken: 'removed: ' },
};

/**
 * @param {Change} change
 * @param {Words} words
 * @param {{show: (value: any) => string, isNow: boolean, restore: (() => void) | null}} given
 * @returns {HTMLElement}
 */
export function entry(change, { who, when, whole, how, isText }, { show, isNow, restore }) {
    const { before, after } = change;
    const body = isText ? textChange(before, after) : valueChange(show(before), show(after));
    return make(
        'li',
        { class: 'change', 'data-change': change.from_version },
        make(
            'p',
            { class: 'change-head' },
            make('strong', { text: who }),
            ' ',
            make('time', { datetime: change.at, title: whole, text: when }),
            how === '' ? null : make('span', { class: 'change-how', text: how }),
            isNow ? make('span', { class: 'chip chip-open', text: 'Now' }) : null,
        ),
        body,
        restoring(restore, `${who}, ${when}`),
    );
}

/**
 * What was there before anybody changed it.
 *
 * @param {string} value
 * @param {(() => void) | null} restore
 */
export function firstEntry(value, restore) {
    return make(
        'li',
        { class: 'change change-first', 'data-change': 'first' },
        make('p', { class: 'change-head' }, make('strong', { text: 'At first' })),
        make('p', { class: 'change-body', text: value || 'nothing' }),
        restoring(restore, 'At first'),
    );
}

/**
 * @param {(() => void) | null} restore
 * @param {string} which
 */
function restoring(restore, which) {
    if (restore === null) {
        return null;
    }
    const press = button('Restore this value', restore);
    press.setAttribute('aria-label', `Restore this value: ${which}`);
    return press;
}

/**
 * @param {string} before
 * @param {string} after
 */
function textChange(before, after) {
    const pieces = shortened(difference(before, after));
    return make('p', { class: 'change-body change-text' }, ...pieces.map(mark));
}

/** @param {Piece} piece */
function mark({ kind, text }) {
    const { tag, spoken } = MARKS[kind];
    const said = spoken === '' ? null : make('span', { class: 'visually-hidden', text: spoken });
    return make(tag, {}, said, text);
}

/**
 * @param {string} before
 * @param {string} after
 */
function valueChange(before, after) {
    return make(
        'p',
        { class: 'change-body' },
        make('span', { class: 'visually-hidden', text: 'from ' }),
        make('del', { class: before === '' ? 'is-nothing' : null, text: before || 'nothing' }),
        make('span', { class: 'change-arrow', 'aria-hidden': 'true', text: '→' }),
        make('span', { class: 'visually-hidden', text: ' to ' }),
        make('ins', { class: after === '' ? 'is-nothing' : null, text: after || 'nothing' }),
    );
}
