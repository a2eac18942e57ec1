// @ts-check
/**
 * Whether everything is saved, always on the screen and always true: it shows what the server acknowledged.
 *
 * It is a status for who looks for it; it does not speak by itself, for it changes with every key. What matters is
 * announced: the connection lost and found again, the end.
 *
 * @typedef {import('../sync/types.js').Status} Status
 */

import { find, say } from './dom.js';

/** @typedef {Status['kind']} Kind */

export class SaveState {
    #root;
    #announcer;
    /** @type {Kind} */
    #kind = 'connecting';
    /** Whether what waits is kept on this device, and not on this page only. */
    #isKept = true;
    /** @type {[Status, number] | null} */
    #drawn = null;

    /**
     * @param {HTMLElement} root
     * @param {import('./announcer.js').Announcer} announcer
     */
    constructor(root, announcer) {
        this.#root = find(root, '[data-save-state]');
        this.#announcer = announcer;
    }

    /**
     * @param {Status} status
     * @param {number} unsaved entries that are on the screen but are no value yet
     */
    draw(status, unsaved) {
        const { kind } = status;
        const needsYou = kind === 'saved' && status.refused + unsaved > 0;
        this.#drawn = [status, unsaved];
        this.#root.className = `save-state save-state-${needsYou ? 'kept' : kind}`;
        say(find(this.#root, '[data-save-text]'), shortly(status, unsaved, this.#isKept));
        if (kind !== this.#kind && (isCut(kind) || isCut(this.#kind))) {
            this.#announcer.tell(this.inWords(status, unsaved));
        }
        this.#kind = kind;
    }

    /**
     * The answer to Ctrl+S.
     *
     * @param {Status} status
     * @param {number} unsaved
     */
    inWords(status, unsaved) {
        return inWords(status, unsaved, this.#isKept);
    }

    /** @param {boolean} canKeep whether what waits outlives the page */
    keeps(canKeep) {
        this.#isKept = canKeep;
        if (this.#drawn === null) {
            return;
        }
        const [status, unsaved] = this.#drawn;
        this.draw(status, unsaved);
        if (!canKeep && status.waiting > 0 && isApart(status.kind)) {
            this.#announcer.tell(this.inWords(status, unsaved));
        }
    }
}

/** @param {Kind} kind */
function isCut(kind) {
    return kind === 'offline' || kind === 'closed';
}

/** @param {Kind} kind */
function isApart(kind) {
    return kind === 'offline' || kind === 'reconnecting' || kind === 'connecting';
}

/**
 * @param {Status} status
 * @param {number} unsaved
 * @param {boolean} [isKept] what waits, on this device
 * @returns {string}
 */
export function shortly({ kind, waiting, refused, reason }, unsaved, isKept = true) {
    const needing = refused + unsaved;
    if (isApart(kind) && reason !== null) {
        return waiting === 0 ? reason : `${reason} ${waitingHere(waiting, isKept)}`;
    }
    switch (kind) {
        case 'connecting':
            return 'Connecting…';
        case 'saving':
            return 'Saving…';
        case 'offline':
            return waiting === 0 ? 'Offline' : `Offline, ${waitingHere(waiting, isKept)}`;
        case 'reconnecting':
            return waiting === 0 ? 'Reconnecting' : `Reconnecting, ${waitingHere(waiting, isKept)}`;
        case 'closed':
            return waiting + needing === 0 ? 'Disconnected' : `Disconnected, ${edits(waiting + needing)} not saved`;
        default:
            return needing === 0 ? 'Saved' : `${edits(needing)} not saved`;
    }
}

/**
 * The answer to Ctrl+S.
 *
 * @param {Status} status
 * @param {number} unsaved
 * @param {boolean} [isKept] what waits, on this device
 * @returns {string}
 */
export function inWords(status, unsaved, isKept = true) {
    const { kind, waiting, refused, reason } = status;
    const needing = refused + unsaved;
    if (isApart(kind)) {
        const why = reason === null ? 'No connection at the moment.' : `${reason} This page tries again now and then.`;
        const where = isKept ? 'on this device' : 'on this page only: this device cannot keep them';
        return waiting === 0
            ? `${why} What you write waits here until there is a connection.`
            : `${why} ${waits(waiting)} ${where}, to be saved when there is a connection.`;
    }
    if (kind === 'closed') {
        return waiting + needing === 0
            ? 'This page is not connected any more. Everything is saved.'
            : `This page is not connected any more. ${edits(waiting + needing)} not saved.`;
    }
    if (needing > 0) {
        return `Not everything is saved: ${edits(needing)} need you.`;
    }
    return kind === 'saving' ? 'It is being saved at this moment.' : 'Everything is saved.';
}

/**
 * @param {number} count
 * @param {boolean} isKept
 */
function waitingHere(count, isKept) {
    return isKept ? `${waits(count)} on this device` : `${edits(count)} not kept on this device`;
}

/** @param {number} count */
function waits(count) {
    return `${edits(count)} ${count === 1 ? 'waits' : 'wait'}`;
}

/** @param {number} count */
function edits(count) {
    return count === 1 ? '1 edit' : `${count} edits`;
}
