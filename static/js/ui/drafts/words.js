// @ts-check
/**
 * What is said of a draft. Pure; how a time is written is given.
 *
 * @typedef {import('../../drafts/types.js').View} View
 * @typedef {import('../../drafts/types.js').Notice} Notice
 * @typedef {(at: string) => string} Time
 */

const CANNOT_KEEP = 'This browser cannot keep what you type';

/**
 * The line below the form.
 *
 * @param {View} view
 * @param {Time} time
 */
export function lineWords({ line, message, savedAt, cannotKeep }, time) {
    switch (line) {
        case 'none':
            return '';
        case 'saving':
            return 'Saving draft…';
        case 'saved': {
            const said = savedAt === null ? 'Draft saved' : `Draft saved ${time(savedAt)}`;
            return cannotKeep ? `${said}. ${CANNOT_KEEP} when the server cannot be reached.` : said;
        }
        case 'apart':
            return 'Draft not saved: choose one of the two.';
        case 'over':
            return 'Not kept as a draft.';
        case 'signed_out':
            return 'Draft not saved: you are signed out.';
        case 'too_large':
            return 'Draft not saved: it is longer than 1 MiB. The form can still be sent.';
        case 'refused':
            return `Draft not saved. ${message}`.trim();
        default:
            return cannotKeep
                ? `The server cannot be reached. ${CANNOT_KEEP}: leave this page open.`
                : 'The server cannot be reached. What you type is kept in this browser.';
    }
}

/**
 * @param {Notice} notice
 * @param {Time} time
 */
export function noticeWords({ kind, at, isTab }, time) {
    const of = at === null ? '' : ` of ${time(at)}`;
    const where = isTab ? 'in another tab' : 'in another tab or on another device';
    switch (kind) {
        case 'restored':
            return `Your draft${of} is back.`;
        case 'buffered':
            return `The server cannot be reached. This is what this browser kept of your draft${of}.`;
        case 'discarded':
            return 'The draft is discarded.';
        case 'changed':
            return `This draft was changed ${where}.`;
        case 'both':
            return `There is another draft${of}. It is not what is on this page.`;
        default:
            return `This draft was sent or discarded ${where}. What is here now is not kept as a draft.`;
    }
}

/**
 * When something was saved, as one reads it: the time, and the day if it is another one.
 *
 * @param {string} at
 * @param {Date} now
 */
export function timeOf(at, now) {
    const then = new Date(at);
    const time = then.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    const isToday = then.toDateString() === now.toDateString();
    return isToday ? time : `${then.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}
