// @ts-check
/**
 * What this browser keeps of one person's unacknowledged changes: an entry for each form and tab.
 *
 * Owns which entry may be shown to whom (I7): its person's, of a shape that this release can read, and not older than the
 * server remembers what it answered (C3). Whatever is somebody else's, or older, is deleted by every page that is loaded.
 * Must not know what a tab is, nor when to write.
 *
 * @typedef {import('./database.js').Entry} Entry
 * @typedef {{clientId: string}} Kept what `client.undelivered()` says
 */

import { Database } from './database.js';

/** As long as the server knows a submit again: older, it could be applied a second time. */
const OLDEST_MS = 30 * 24 * 60 * 60 * 1000;
/** Rises when a release can no longer read what the one before it has kept. */
export const SHAPE = 1;
/** A browser that does not answer for so long keeps nothing, as far as a page that opens is concerned. */
const PATIENCE_MS = 1500;

export class Outboxes {
    #user;
    #database;
    #now;

    /**
     * @param {string} user
     * @param {Pick<Database, 'read' | 'readAll' | 'write' | 'sweep' | 'removeAll'>} [database]
     * @param {() => number} [now]
     */
    constructor(user, database = new Database(), now = Date.now) {
        this.#user = user;
        this.#database = database;
        this.#now = now;
    }

    /**
     * The entries of a form that may be gone on from, the oldest first.
     *
     * @param {string} [form] of all forms, if none is named
     * @returns {Promise<Entry[] | null>} null: the browser does not say
     */
    async list(form) {
        const entries = await patiently(this.#database.readAll(this.#user, form));
        return entries?.filter((entry) => this.#isUsable(entry)).sort((one, other) => one.at - other.at) ?? null;
    }

    /**
     * @param {string} form
     * @param {string} clientId
     * @returns {Promise<Entry | null>} null: there is none, or the browser does not say
     */
    async read(form, clientId) {
        const entry = await patiently(this.#database.read({ user: this.#user, form, clientId }));
        return entry !== null && this.#isUsable(entry) ? entry : null;
    }

    /**
     * The place of one tab's entry.
     *
     * @param {string} form
     * @param {string} clientId under which a page before this one has written it
     * @returns {import('./outbox.js').Store<Kept>}
     */
    place(form, clientId) {
        const key = (/** @type {string} */ id) => ({ user: this.#user, form, clientId: id });
        return new Place(clientId, (kept, gone) => {
            const entry = kept === null ? null : { ...key(kept.clientId), shape: SHAPE, at: this.#now(), kept };
            return this.#database.write(entry, gone.map(key));
        });
    }

    /**
     * @param {string} form
     * @param {string} clientId
     */
    async remove(form, clientId) {
        await patiently(this.#database.write(null, [{ user: this.#user, form, clientId }]));
    }

    /** Takes out what is somebody else's, and what is too old. */
    async sweep() {
        await patiently(this.#database.sweep((entry) => entry.user !== this.#user || this.#isOld(entry)));
    }

    /** Takes out all that is this person's. */
    async clear() {
        await patiently(this.#database.removeAll(this.#user));
    }

    /** @param {Entry} entry */
    #isUsable(entry) {
        return entry.user === this.#user && entry.shape === SHAPE && !this.#isOld(entry);
    }

    /** @param {Entry} entry */
    #isOld({ at }) {
        return isTooOld(at, this.#now());
    }
}

/**
 * @param {number} at when something was kept
 * @param {number} now
 */
export function isTooOld(at, now) {
    return !(now - at < OLDEST_MS);
}

/** One tab's entry. A tab may take another name (C3): then what it kept under the old one goes in the same moment. */
class Place {
    #write;
    /** Under which names something may be there. */
    #names;

    /**
     * @param {string} name
     * @param {(kept: Kept | null, gone: string[]) => Promise<void>} write
     */
    constructor(name, write) {
        this.#names = new Set([name]);
        this.#write = write;
    }

    /** @param {Kept | null} kept */
    async write(kept) {
        const gone = [...this.#names].filter((name) => name !== kept?.clientId);
        if (kept !== null) {
            this.#names.add(kept.clientId);
        }
        await this.#write(kept, gone);
        if (kept !== null) {
            gone.forEach((name) => this.#names.delete(name));
        }
    }
}

/**
 * @template T
 * @param {Promise<T>} answer
 * @returns {Promise<T | null>} null: it failed, or does not come
 */
function patiently(answer) {
    const late = new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
    return Promise.race([answer.catch(() => null), late]);
}
