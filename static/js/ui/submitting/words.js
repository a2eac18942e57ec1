// @ts-check
/**
 * What is said around submitting a form and opening it again. Pure: the clock is given.
 *
 * @typedef {import('./asking.js').Step} Step
 * @typedef {{number: number, version: number, at: string, by: {id: string, name: string}}} Submission
 * @typedef {{title: string, text: string, trouble: string, confirm: string | null, isReady: boolean}} Words
 *   `confirm`: what the button says; null: there is none
 */

import { clockTime } from '../instants.js';

const TITLE = 'Submit this form?';
const READ_ONLY = 'It becomes read-only for everybody. An editor can open it again, and says why.';

/** @type {Record<string, string>} */
const TROUBLES = {
    unreachable: 'The server does not answer. Please check the network, then try again.',
    broken: 'Something broke on our side. Please try again in a moment.',
    not_allowed: 'You may only view this form now, and so cannot do this.',
    no_such_form: 'This form is not there any more.',
    not_submitted: 'Somebody has opened this form again already.',
};

/**
 * @param {Step} step
 * @param {{
 *   waiting: number,
 *   isOnline: boolean,
 *   typing: string[],
 *   submission: Submission | null,
 *   zone: string,
 *   now: Date,
 * }} facts
 * @returns {Words}
 */
export function wordsOfAsking(step, { waiting, isOnline, typing, submission, zone, now }) {
    const words = { title: TITLE, text: READ_ONLY, trouble: '', confirm: 'Submit', isReady: false };
    switch (step.kind) {
        case 'waiting':
            return { ...words, text: untilSaved(waiting, isOnline) };
        case 'sending':
            return { ...words, confirm: 'Submitting…' };
        case 'failed':
            return { ...words, trouble: troubleOf(step), confirm: 'Try again', isReady: true };
        case 'overtaken':
            return {
                ...words,
                title: submission === null ? 'Somebody else was first' : 'This form is submitted already',
                text:
                    submission === null
                        ? 'This form was submitted or closed a moment ago.'
                        : `${submittedBy(submission, zone, now)}. It is read-only now; everything you saved is in it.`,
                confirm: null,
            };
        default:
            return { ...words, text: [READ_ONLY, stillTyping(typing)].filter(Boolean).join(' '), isReady: true };
    }
}

/**
 * @param {string[]} names
 * @returns {string}
 */
export function stillTyping(names) {
    if (names.length === 0) {
        return '';
    }
    const who = names.length === 1 ? `${names[0]} is` : `${names.length} people are`;
    const all = names.length === 1 ? '' : ` (${names.join(', ')})`;
    return `${who} still typing${all}: what is not saved by then stays with its author.`;
}

/**
 * @param {number} waiting
 * @param {boolean} isOnline
 */
function untilSaved(waiting, isOnline) {
    if (!isOnline) {
        return 'There is no connection at the moment. You can submit as soon as there is one and everything is saved.';
    }
    return waiting === 1 ? 'First one edit must be saved …' : `First ${waiting} edits must be saved …`;
}

/**
 * @param {Submission} submission
 * @param {string} zone
 * @param {Date} now
 * @returns {string} "Submitted by Alice at 14:03"
 */
export function submittedBy({ by, at }, zone, now) {
    const when = clockTime(at, zone, now);
    return `Submitted by ${by.name} ${when.includes(',') ? 'on' : 'at'} ${when}`;
}

/** @param {number} count */
export function problemsTitle(count) {
    return `${count === 1 ? 'One thing keeps' : `${count} things keep`} this form from being submitted`;
}

/**
 * @param {{code: string, message: string}} refused `message`: the server's words
 */
export function troubleOf({ code, message }) {
    return TROUBLES[code] ?? (message || TROUBLES.broken);
}
