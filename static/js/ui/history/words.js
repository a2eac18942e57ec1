// @ts-check
/**
 * One change of a field in words. Pure: the clock is given.
 *
 * @typedef {import('./changes.js').Change} Change
 * @typedef {{who: string, when: string, whole: string, how: string, isText: boolean}} Words
 */

import { clockTime, wholeTime } from '../instants.js';

/** @type {Record<string, string>} */
const HOW = {
    add_row: 'with a new row',
    remove_row: 'the row was removed',
    restore_row: 'the row was brought back',
};

/**
 * @param {Change} change
 * @param {{you: string | null, zone: string, now: Date, merges: boolean}} context `you`: the id of whose page this is
 * @returns {Words}
 */
export function wordsOfChange({ by, at, kind, before, after }, { you, zone, now, merges }) {
    return {
        who: by.id === you ? 'You' : by.name,
        when: clockTime(at, zone, now),
        whole: wholeTime(at, zone),
        how: HOW[kind] ?? '',
        isText: merges && Boolean(before) && Boolean(after),
    };
}

/**
 * What a reader of the history is told that comes while it is open.
 *
 * @param {Change | undefined} newest
 * @param {string | null} you
 */
export function wordsOfNews(newest, you) {
    return newest === undefined || newest.by.id === you ? '' : `${newest.by.name} has just changed this.`;
}
