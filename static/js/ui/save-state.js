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
        const isKept = kind === 'saved' && status.refused + unsaved > 0;
        this.#root.className = `save-state save-state-${isKept ? 'kept' : kind}`;
        say(find(this.#root, '[data-save-text]'), shortly(status, unsaved));
        if (kind !== this.#kind && (isCut(kind) || isCut(this.#kind))) {
            this.#announcer.tell(inWords(status, unsaved));
        }
        this.#kind = kind;
    }
}

/** @param {Kind} kind */
function isCut(kind) {
    return kind === 'offline' || kind === 'closed';
}

/**
 * @param {Status} status
 * @param {number} unsaved
 * @returns {string}
 */
export function shortly({ kind, waiting, refused }, unsaved) {
    const needing = refused + unsaved;
    switch (kind) {
        case 'connecting':
            return 'Connecting…';
        case 'saving':
            return 'Saving…';
        case 'offline':
            return waiting === 0 ? 'Offline' : `Offline, ${edits(waiting)} kept`;
        case 'reconnecting':
            return waiting === 0 ? 'Reconnecting' : `Reconnecting, ${edits(waiting)} kept`;
        case 'closed':
            return waiting + needing === 0 ? 'Closed' : `Closed, ${edits(waiting + needing)} not saved`;
        default:
            return needing === 0 ? 'Saved' : `${edits(needing)} not saved`;
    }
}

/**
 * The answer to Ctrl+S.
 *
 * @param {Status} status
 * @param {number} unsaved
 * @returns {string}
 */
export function inWords(status, unsaved) {
    const { kind, waiting, refused } = status;
    const needing = refused + unsaved;
    if (kind === 'offline' || kind === 'reconnecting' || kind === 'connecting') {
        return waiting === 0
            ? 'No connection at the moment. What you write is kept on this page until there is one.'
            : `No connection at the moment. ${edits(waiting)} kept on this page, to be saved when there is one.`;
    }
    if (kind === 'closed') {
        return waiting + needing === 0
            ? 'This page is closed. Everything is saved.'
            : `This page is closed. ${edits(waiting + needing)} not saved.`;
    }
    if (needing > 0) {
        return `Not everything is saved: ${edits(needing)} need you.`;
    }
    return kind === 'saving' ? 'It is being saved at this moment.' : 'Everything is saved.';
}

/** @param {number} count */
function edits(count) {
    return count === 1 ? '1 edit' : `${count} edits`;
}
