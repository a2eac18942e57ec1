// @ts-check
/**
 * What is said when a sign-in ends or is about to. Pure: the clock is given.
 *
 * @typedef {import('../../protocol/messages.js').Ended} Ended
 * @typedef {{href: string, text: string}} Way
 */

import { CloseCode, End } from '../../protocol/codes.js';

const SIGN_IN = '/accounts/login/';

/** Whoever it was knows the old password; who has set a new one, has the new. */
const NOT_ME = {
    [End.REPLACED]: `${SIGN_IN}?next=/accounts/password_change/`,
    [End.PASSWORD]: '/accounts/password_reset/',
};

const TROUBLES = {
    invalid: 'That password is not right.',
    too_many: 'That was tried too often. Please wait a while, then try again.',
    unreachable: 'The server does not answer. Please check the network, then try again.',
    broken: 'Something broke on our side. Please try again in a moment.',
};

/**
 * @param {Ended} ended
 * @param {Date} now
 * @returns {{title: string, text: string, canSignIn: boolean, notMe: Way | null}}
 */
export function wordsFor({ code, reason, device, at, why }, now) {
    const canSignIn = why !== End.DISABLED;
    const notMe = Object.hasOwn(NOT_ME, why ?? '') ? NOT_ME[/** @type {keyof NOT_ME} */ (why)] : null;
    const until = canSignIn ? 'until you sign in here again' : 'any more';
    const isElsewhere = code === CloseCode.SIGNED_IN_ELSEWHERE;
    const because = isElsewhere ? 'An account is signed in on one device at a time.' : reason;
    return {
        title: isElsewhere ? `You signed in on ${device || 'another device'}${timeIn(at, now)}` : 'You are signed out',
        text: `${because} This page can save nothing ${until}.`.trim(),
        canSignIn,
        notMe: notMe === null ? null : { href: notMe, text: 'It wasn’t me' },
    };
}

/**
 * @param {string | null} at an instant
 * @param {Date} now
 * @returns {string} " at 14:03", " on 12 Mar at 14:03", or nothing
 */
function timeIn(at, now) {
    const then = new Date(at ?? '');
    if (Number.isNaN(then.getTime())) {
        return '';
    }
    const time = then.toLocaleTimeString(undefined, { timeStyle: 'short' });
    if (then.toDateString() === now.toDateString()) {
        return ` at ${time}`;
    }
    return ` on ${then.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })} at ${time}`;
}

/**
 * Why signing in again did not work.
 *
 * @param {{code: string, message: string}} refused `message`: the server's words
 */
export function troubleOf({ code, message }) {
    return message || TROUBLES[/** @type {keyof TROUBLES} */ (code)] || TROUBLES.broken;
}

/**
 * @param {number} count
 * @returns {string} "3 changes are not saved"
 */
export function notSaved(count) {
    return count === 1 ? '1 change is not saved yet' : `${count} changes are not saved yet`;
}

/**
 * Where they are, for who is about to sign out.
 *
 * @param {{here: number, elsewhere: number, kept?: number}} unsaved `kept`: in no tab any more
 */
export function whereUnsaved({ here, elsewhere, kept = 0 }) {
    if (elsewhere + kept === 0) {
        return here === 1 ? 'It is on this page' : 'They are on this page';
    }
    if (here + kept === 0) {
        return elsewhere === 1 ? 'It is in another tab' : 'They are in other tabs';
    }
    if (here + elsewhere === 0) {
        return `${kept === 1 ? 'It waits' : 'They wait'} on this device, in a form that was closed before it could be sent`;
    }
    const places = [
        [here, 'on this page'],
        [elsewhere, 'in other tabs'],
        [kept, 'in forms that were closed before they could be sent'],
    ];
    return places.flatMap(([count, where]) => (count === 0 ? [] : [`${count} ${where}`])).join(', ');
}

/**
 * @param {number} seconds
 * @returns {string} "1:58"
 */
export function countdown(seconds) {
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/**
 * The same to be heard.
 *
 * @param {number} seconds
 * @returns {string} "2 minutes", "1 minute 5 seconds", "10 seconds"
 */
export function spoken(seconds) {
    const minutes = Math.floor(seconds / 60);
    return [counted(minutes, 'minute'), counted(seconds % 60, 'second')].filter(Boolean).join(' ') || 'no time';
}

/**
 * @param {number} count
 * @param {string} unit
 */
function counted(count, unit) {
    return count === 0 ? '' : `${count} ${unit}${count === 1 ? '' : 's'}`;
}
