// @ts-check

/**
 * Frames to messages and back. What `decodeServer` lets through has the fields it must have, so that nobody behind it
 * need ask again. Must not know sockets, nor what is inside an op.
 *
 * @module
 */

/** @typedef {import('./messages.js').ClientMessage} ClientMessage */
/** @typedef {import('./messages.js').ServerMessage} ServerMessage */
/** @typedef {(value: any) => boolean} Check */

/** A frame that is not one. */
export class ProtocolError extends Error {
    name = 'ProtocolError';
    code = 'malformed';
}

/** @type {Check} */
const isText = (value) => typeof value === 'string';
/** @type {Check} */
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
/** @type {Check} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @type {(check: Check) => Check} */
const orNull = (check) => (value) => value === null || check(value);
/** @type {(check: Check) => Check} */
const orAbsent = (check) => (value) => value === undefined || value === null || check(value);
/** @type {(check: Check) => Check} */
const listOf = (check) => (value) => Array.isArray(value) && value.every(check);
/** @type {(fields: Record<string, Check>) => Check} */
const having = (fields) => {
    const checks = Object.entries(fields);
    return (value) => isObject(value) && checks.every(([name, check]) => check(value[name]));
};

/** @type {Check} */
const isSelection = (value) => listOf(isCount)(value) && value.length === 2;
const isUser = having({ id: isText, name: isText });
const isPlace = having({ session: isText, at: orAbsent(isObject), selection: orAbsent(isSelection) });
/** @type {Check} */
const isPerson = (value) => isPlace(value) && isUser(value.user);
/** @type {Check} */
const isClients = (value) => isObject(value) && Object.values(value).every(having({ client_id: isText, user: isUser }));
const isCommittedOp = having({ by: isCount, seq: isCount, op: having({ kind: isText }), at: orAbsent(isText) });
const isRejectedOp = having({ index: isCount, code: isText, message: isText });

/** @type {Record<string, Check>} */
const SHAPES = {
    joined: having({
        version: isCount,
        revision: isCount,
        form: isObject,
        snapshot: orNull(having({ values: isObject, tables: isObject })),
        clients: isClients,
        people: listOf(isPerson),
        you: isPerson,
        role: isText,
        last_seq: isCount,
        limits: isObject,
    }),
    committed: having({
        from: isCount, to: isCount, at: orAbsent(isText), clients: orAbsent(isClients), ops: listOf(isCommittedOp),
    }),
    acked: having({ seq: isCount, version: isCount, rejected: listOf(isRejectedOp) }),
    presence: having({ joined: listOf(isPerson), left: listOf(isText), changed: listOf(isPlace) }),
    form_changed: having({ revision: isCount, status: isText }),
    pong: isObject,
    error: having({ code: isText, message: isText }),
    closing: having({
        code: isCount, reason: isText, device: orAbsent(isText), at: orAbsent(isText), why: orAbsent(isText),
    }),
    watching: having({ user: isUser }),
    idle: having({ seconds: orNull(isCount) }),
};

/**
 * The message in a frame of the server; null for one of a type this page does not know, which a newer server may send.
 * Throws `ProtocolError`, and nothing else.
 *
 * @param {string} text
 * @returns {ServerMessage | null}
 */
export function decodeServer(text) {
    const raw = parse(text);
    if (!isObject(raw) || !isText(raw.type)) {
        throw new ProtocolError('A frame is an object with a type.');
    }
    if (!Object.hasOwn(SHAPES, raw.type)) {
        return null;
    }
    if (!SHAPES[raw.type](raw)) {
        throw new ProtocolError(`A frame is not what ${raw.type} must be.`);
    }
    if (raw.type === 'committed' && raw.ops.length !== raw.to - raw.from + 1) {
        throw new ProtocolError('A frame does not hold the versions it promises.');
    }
    return raw;
}

/**
 * @param {string} text
 * @returns {any}
 */
function parse(text) {
    try {
        return JSON.parse(text);
    } catch {
        throw new ProtocolError('A frame is JSON.');
    }
}

/**
 * The frame of a message: compact JSON.
 *
 * @param {ClientMessage} message
 * @returns {string}
 */
export function encode(message) {
    return JSON.stringify(message);
}
