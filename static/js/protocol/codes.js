// @ts-check

/**
 * The codes of the protocol, as in `collab/protocol/codes.py`. What a code means to a person comes from the server, in
 * the person's language.
 *
 * @module
 */

/** Why a socket is closed (T4). */
export const CloseCode = Object.freeze({
    MALFORMED: 4400,
    NOT_SIGNED_IN: 4401,
    NOT_ALLOWED: 4403,
    NO_SUCH_FORM: 4404,
    TOO_SLOW: 4408,
    SIGNED_IN_ELSEWHERE: 4409,
    TOO_MANY: 4429,
    TOO_LARGE: 1009,
    INTERNAL: 1011,
    RESTARTING: 1012,
});

/** Why a sign-in is over: the `why` of a `closing` frame, as `End` in `collab/accounts/models.py`. */
export const End = Object.freeze({
    REPLACED: 'replaced',
    SIGNED_OUT: 'signed_out',
    TAKEN_OVER: 'taken_over',
    EVERYWHERE: 'everywhere',
    PASSWORD: 'password',
    DISABLED: 'disabled',
    BY_ADMIN: 'by_admin',
    IDLE: 'idle',
    EXPIRED: 'expired',
});

/** Of what there is too much: the `why` of a `closing` with 4429. */
export const TooMany = Object.freeze({
    FRAMES: 'frames',
    PEOPLE: 'people',
    SOCKETS: 'sockets',
});

/** Why one op of a submit is refused (C3 to C10). */
export const Rejection = Object.freeze({
    INVALID: 'invalid',
    CONFLICT: 'conflict',
    GONE: 'gone',
    LOCKED: 'locked',
    FORBIDDEN: 'forbidden',
    STALE: 'stale',
    SEQ_REUSED: 'seq_reused',
    INTERNAL: 'internal',
});

/** @type {Set<number>} */
const FINAL = new Set([
    CloseCode.MALFORMED,
    CloseCode.NOT_SIGNED_IN,
    CloseCode.NOT_ALLOWED,
    CloseCode.NO_SUCH_FORM,
    CloseCode.SIGNED_IN_ELSEWHERE,
]);

/**
 * Whether connecting again would only be refused again.
 *
 * @param {number} code
 * @returns {boolean}
 */
export function isFinal(code) {
    return FINAL.has(code);
}

/**
 * Whether this page is to wait for longer than after an accident, and to say why.
 *
 * @param {number} code
 * @returns {boolean}
 */
export function asksForPatience(code) {
    return code === CloseCode.TOO_MANY;
}

/**
 * Whether a socket was closed because its sign-in is over.
 *
 * @param {number} code
 * @returns {boolean}
 */
export function endsSignIn(code) {
    return code === CloseCode.NOT_SIGNED_IN || code === CloseCode.SIGNED_IN_ELSEWHERE;
}
