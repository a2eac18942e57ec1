// @ts-check
/**
 * One refused edit, as a panel: what happened, what was typed, what stands there now, and the ways out (I6, C6).
 *
 * Makes elements and nothing else; where they stand is `panels.js`'s matter, what a way out does is the client's.
 *
 * @typedef {import('../../sync/types.js').Refusal} Refusal
 * @typedef {{keep: () => void, give: () => void, copy: () => void}} Ways keep what is mine, give way, or copy it first
 * @typedef {(value: any) => string} Show a value of this field in words
 */

import { button, make } from '../dom.js';
import { ago } from '../times.js';

/**
 * @param {Refusal} refusal
 * @param {{name: string, title: string}} words of the place, and what happened
 * @param {Show} show
 * @param {Ways} ways
 * @returns {HTMLElement}
 */
export function panel(refusal, { name, title }, show, ways) {
    const isConflict = refusal.kind === 'conflict';
    return make(
        'div',
        {
            class: isConflict ? 'panel' : 'panel panel-refused',
            role: 'group',
            'aria-label': `${name}: ${title}`,
            'data-refusal': refusal.id,
        },
        make('p', { class: 'panel-title', text: title }),
        versions(refusal, show),
        make('div', { class: 'actions' }, ...buttons(refusal, ways)),
    );
}

/**
 * @param {Refusal} refusal
 * @param {{form?: any, you?: string | null}} [context] the form as it is now, and the id of whose page this is
 * @returns {string}
 */
export function titleOf({ kind, op, by, message, code }, { form = null, you = null } = {}) {
    if (kind === 'conflict') {
        const who = by?.name ?? 'Somebody';
        return op.kind === 'remove_row'
            ? `${who} changed this row before it was removed.`
            : `${who} changed this while you did.`;
    }
    if (code === 'gone') {
        return 'Not saved: the row was removed meanwhile.';
    }
    if (code === 'locked' && form?.submission) {
        const who = form.submission.by.id === you ? 'You' : form.submission.by.name;
        return `Not saved: ${who} submitted the form before this reached the server.`;
    }
    return `Not saved: ${message}`;
}

/**
 * @param {Refusal} refusal
 * @param {Show} show
 * @returns {HTMLElement}
 */
function versions({ kind, op, mine, current, by }, show) {
    const list = make('dl', { class: 'versions' });
    if (op.kind === 'remove_row' || op.kind === 'move_row' || op.kind === 'restore_row') {
        return list;
    }
    list.append(version(kind === 'conflict' ? 'Yours' : 'You typed', wordsOf(mine, show)));
    if (kind === 'conflict' && current !== null) {
        const { value, at } = /** @type {import('../../sync/types.js').StoredCell} */ (current);
        list.append(
            version([by?.name ?? 'Theirs', ago(at, Date.now())].filter(Boolean).join(', '), wordsOf(value, show)),
        );
    }
    return list;
}

/**
 * @param {string} title
 * @param {string} value
 */
function version(title, value) {
    return make('div', { class: 'version' }, make('dt', { text: title }), make('dd', { text: value || 'nothing' }));
}

/**
 * A value in words; the values of a whole row one below the other.
 *
 * @param {any} value
 * @param {Show} show
 * @returns {string}
 */
export function wordsOf(value, show) {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
        return Object.values(value)
            .filter((one) => one !== null && one !== '')
            .join('\n');
    }
    return show(value);
}

/**
 * @param {Refusal} refusal
 * @param {Ways} ways
 * @returns {HTMLElement[]}
 */
function buttons({ kind, op }, { keep, give, copy }) {
    if (kind === 'conflict' && op.kind === 'remove_row') {
        return [button('Remove it anyway', keep), button('Keep the row', give)];
    }
    if (kind === 'conflict') {
        return [button('Keep mine', keep), button('Take theirs', give)];
    }
    return [button('Copy', copy), button('Try again', keep), button('Discard', give)];
}
