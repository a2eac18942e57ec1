// @ts-check
/** What is to be shown of a draft, of what is known of it. Pure. */

import { isNothing } from './data.js';

/** @typedef {import('./types.js').Data} Data */
/** @typedef {import('./types.js').Failure} Failure */
/** @typedef {import('./types.js').Notice} Notice */
/** @typedef {import('./types.js').State} State */

/**
 * @param {{state: State, saved: Data | null, isDirty: boolean, trouble: Failure | null}} known
 * @returns {import('./types.js').Line}
 */
export function lineOf({ state, saved, isDirty, trouble }) {
    if (state === 'stopped') {
        return 'none';
    }
    if (trouble !== null) {
        return trouble.kind;
    }
    if (state === 'apart' || state === 'over') {
        return state;
    }
    if (isDirty) {
        return 'saving';
    }
    return saved === null || isNothing(saved) ? 'none' : 'saved';
}

/**
 * @param {Notice['kind']} kind
 * @param {{at?: string | null, isTab?: boolean}} [more]
 * @returns {Notice}
 */
export function noticeOf(kind, { at = null, isTab = false } = {}) {
    return { kind, at, isTab };
}
