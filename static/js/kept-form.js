// @ts-check
/**
 * What this browser keeps of a live form while the server has not got it: put together from the tab, the outbox and the
 * sync client.
 *
 * What is not acknowledged is in the outbox from the first moment, and a submit leaves the page only when it is there (C3).
 * As the page goes away a copy is made in the tab's own storage, which takes no time, and what may still be sent is sent.
 * Without locks between tabs there is no outbox, for nobody could tell whose it is; nor where storage is full or
 * forbidden. Then a copy is made whenever the page is out of sight, for it may never come back from there.
 *
 * Must not know the page, nor the network: what it needs of them is given to it.
 *
 * @typedef {import('./storage/outboxes.js').Outboxes} Outboxes
 * @typedef {import('./sync/client.js').SyncClient} SyncClient
 * @typedef {import('./sync/keeping.js').Kept} Kept
 * @typedef {{count: number, at: number}} Found how many changes, and when they were made
 * @typedef {Found & {load: () => void}} Next `load`: this tab goes on from it
 */

import { browser } from './net/environment.js';
import { Outbox } from './storage/outbox.js';
import { findStart, orphansAmong } from './storage/finding.js';
import { sizeOf } from './sync/keeping.js';
import { Tab } from './tab.js';

export class KeptForm {
    #form;
    #tab;
    #outboxes;
    #start;
    #outbox;
    /** @type {SyncClient | null} */
    #client = null;
    #mayKeep = () => true;
    /** @type {(canKeep: boolean) => void} */
    #told = () => {};
    /** @type {((next: Next) => void) | null} null: it was done, or there is nobody to do it to */
    #offer = null;

    /**
     * Looks for what there is to go on from.
     *
     * @param {{user: string, form: string, outboxes: Outboxes, newId: () => string}} given
     */
    static async find({ user, form, outboxes, newId }) {
        const tab = new Tab({ user, form });
        return new KeptForm(form, tab, outboxes, await findStart({ form, tab, outboxes, newId }));
    }

    /**
     * @param {string} form
     * @param {Tab} tab
     * @param {Outboxes} outboxes
     * @param {import('./storage/finding.js').Start} start
     */
    constructor(form, tab, outboxes, start) {
        this.#form = form;
        this.#tab = tab;
        this.#outboxes = outboxes;
        this.#start = start;
        this.#outbox = new Outbox({
            store: tab.hasNames ? outboxes.place(form, start.clientId) : NOWHERE,
            state: () => this.#toKeep(),
            clock: browser,
            told: (canKeep) => this.#told(canKeep),
            isThere: start.kept !== null,
        });
    }

    get clientId() {
        return this.#start.clientId;
    }

    /** @returns {Found | null} what a tab had kept that is no more */
    get found() {
        const { kept, foundAt } = this.#start;
        return foundAt === null ? null : { count: sizeOf(kept), at: foundAt };
    }

    /**
     * Goes on from what there is. To be called before the client's connection is opened.
     *
     * @param {SyncClient} client
     * @param {{mayKeep: () => boolean, told: (canKeep: boolean) => void, offer: (next: Next) => void}} given
     *   `mayKeep`: the page is still its person's; `told`: whether what is typed here is kept on this device; `offer`: all is
     *   saved, and there is more that was kept by a tab that is no more
     */
    goOn(client, { mayKeep, told, offer }) {
        this.#client = client;
        this.#offer = offer;
        this.#mayKeep = mayKeep;
        this.#told = told;
        if (this.#start.kept !== null) {
            client.restore(this.#start.kept);
            this.changed();
        }
        this.#outbox.after(() => this.#tab.forget());
        document.addEventListener('visibilitychange', () => this.#copyIfHidden());
    }

    /** Something was done, or answered, or the form is another. */
    changed() {
        this.#outbox.changed();
        this.#copyIfHidden();
        void this.#offerNext();
    }

    /** @param {string} clientId the tab's new name */
    renamed(clientId) {
        this.#tab.rename(clientId);
    }

    /**
     * Runs as soon as all that was done here is kept.
     *
     * @param {() => void} send
     */
    beforeSending(send) {
        this.#outbox.changed();
        this.#outbox.after(send);
    }

    /**
     * The page goes away, and may come back.
     *
     * @param {number} bytes
     * @returns {ReturnType<SyncClient['leave']>} what may still be sent, of at most so many bytes
     */
    leave(bytes) {
        const last = this.#client?.leave(bytes) ?? null;
        const isKept = this.#outbox.isSettled && this.#outbox.canKeep && last === null;
        const isAll = this.#toKeep() !== null || !this.#hasUndelivered;
        this.#outbox.hurry();
        if (isKept && isAll) {
            this.#tab.forget();
        } else {
            this.#copy();
        }
        return last;
    }

    /** Nothing may stay: this browser is another person's, or its person has left it. */
    end() {
        this.#tab.forget();
        void this.#outbox.end();
    }

    /** When all that this tab has is saved and decided, there may be what another has kept that is no more. */
    async #offerNext() {
        const { kind, waiting, refused } = /** @type {SyncClient} */ (this.#client).status;
        const offer = this.#offer;
        if (offer === null || kind !== 'saved' || waiting + refused > 0) {
            return;
        }
        this.#offer = null;
        const [orphan] = this.#tab.hasNames ? await orphansOf(this.#outboxes, this.#form) : [];
        if (orphan !== undefined) {
            offer({ count: sizeOf(orphan.kept), at: orphan.at, load: () => this.#load(orphan.clientId) });
        }
    }

    /** @param {string} clientId */
    #load(clientId) {
        this.#tab.goBy(clientId);
        location.reload();
    }

    /** @returns {Kept | null} */
    #toKeep() {
        if (this.#client === null || !this.#mayKeep()) {
            return null;
        }
        const { waiting, refused } = this.#client.status;
        const { form } = this.#client;
        // Once a form is closed nothing of it is kept: what was refused stays on the page, for its author to copy.
        const isOpen = form === null || form.status === 'open';
        return waiting > 0 || (refused > 0 && isOpen) ? this.#client.undelivered() : null;
    }

    get #hasUndelivered() {
        const { waiting, refused } = this.#client?.status ?? { waiting: 0, refused: 0 };
        return waiting + refused > 0;
    }

    #copyIfHidden() {
        if (this.#outbox.canKeep) {
            return;
        }
        if (document.visibilityState === 'hidden') {
            this.#copy();
        } else {
            this.#tab.forget();
        }
    }

    #copy() {
        if (this.#client !== null && this.#mayKeep()) {
            this.#tab.keep(this.#client.clientId, this.#hasUndelivered ? this.#client.undelivered() : null);
        }
    }
}

/**
 * How many changes of somebody are kept here by tabs that are no more.
 *
 * @param {Outboxes} outboxes
 * @returns {Promise<number>}
 */
export async function countOrphans(outboxes) {
    const orphans = await orphansOf(outboxes);
    return orphans.reduce((count, { kept }) => count + sizeOf(kept), 0);
}

/**
 * @param {Outboxes} outboxes
 * @param {string} [form]
 */
async function orphansOf(outboxes, form) {
    const entries = (await outboxes.list(form)) ?? [];
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    return orphansAmong(entries, new Set(held.map(({ name }) => name ?? '')));
}

const NOWHERE = { write: () => Promise.reject(new Error('Nobody could tell whose it is.')) };
