// @ts-check
/**
 * What a tab keeps over a reload: its name, and a copy of what is not saved, made as the page goes away. Of one person, and
 * for that person only (I7).
 *
 * Owns the keys in sessionStorage: one for each person and form. What is not saved is kept in `storage/`; but that takes a
 * moment, which a page that goes away may not have. The sign-in page sweeps everything away (`signed-out.js`). From signing
 * out to that page, it is also kept who did so, for the other tabs to hear.
 *
 * A tab's name is the client id under which it submits, and it holds a lock on it (C3): its duplicate, which has a copy of
 * the storage, takes a new one, and leaves what is not saved to its twin. Without https there are no locks: then every page
 * takes a new name, and only the copy goes on under the one that it was made under.
 *
 * Storage may be full, or forbidden; then a reload finds nothing here, and nothing else changes.
 */

import { SHAPE, isTooOld } from './storage/outboxes.js';

const PREFIX = 'formroom.tab.';
const LEFT = 'formroom.left';
/** A page that is loaded anew may come before the one it follows has let go. */
const PATIENCE_MS = 1500;

const browser = () => sessionStorage;

export class Tab {
    #key;
    #storage;
    #locks;
    #now;

    /**
     * @param {{user: string, form: string}} whose
     * @param {() => Storage} [storage] it may be forbidden even to name it
     * @param {Pick<LockManager, 'request'> | null} [locks] null: there are none
     * @param {() => number} [now]
     */
    constructor({ user, form }, storage = browser, locks = globalThis.navigator?.locks ?? null, now = Date.now) {
        this.#key = `${PREFIX}${user}.${form}`;
        this.#storage = storage;
        this.#locks = locks;
        this.#now = now;
        sweepOthers(user, storage);
    }

    /** Whether this browser can tell which names are taken. */
    get hasNames() {
        return this.#locks !== null;
    }

    /** @returns {Promise<string | null>} the name that this tab had; null: it had none, or its duplicate has it now */
    async ownName() {
        const known = this.#read('id');
        if (known === null || (await this.#hold(known, { signal: AbortSignal.timeout(PATIENCE_MS) })) === null) {
            this.forget(); // it is the twin's: what is sent twice under two names is there twice
            return null;
        }
        return known;
    }

    /**
     * Takes a new name, which nobody has.
     *
     * @param {string} name
     */
    rename(name) {
        this.#write('id', name);
        void this.#hold(name, {});
    }

    /**
     * Holds the name of a tab that is no more.
     *
     * @param {string} name
     * @returns {Promise<(() => void) | null>} null: somebody has it; else this tab has, until it lets go
     */
    adopt(name) {
        return this.#hold(name, { ifAvailable: true });
    }

    /**
     * Is loaded under this name the next time.
     *
     * @param {string} name
     */
    goBy(name) {
        this.#write('id', name);
        this.forget();
    }

    /**
     * @param {string} name under which
     * @param {unknown} kept null: nothing
     */
    keep(name, kept) {
        this.#write('kept', JSON.stringify({ shape: SHAPE, name, at: this.#now(), kept }));
    }

    /**
     * What the page before this one had to keep as it went away; null: nobody knows.
     *
     * @returns {{name: string, at: number, kept: any} | null}
     */
    get copy() {
        try {
            const copy = JSON.parse(this.#read('kept') ?? 'null');
            return copy?.shape === SHAPE && !isTooOld(copy.at, this.#now()) ? copy : null;
        } catch {
            return null;
        }
    }

    forget() {
        this.#write('kept', null);
    }

    /**
     * Holds a name, until it is let go or the page goes away.
     *
     * @param {string} name
     * @param {LockOptions} how
     * @returns {Promise<(() => void) | null>} null: it cannot be had
     */
    #hold(name, how) {
        return new Promise((resolve) => {
            const held = (/** @type {Lock | null} */ lock) => {
                if (lock === null) {
                    resolve(null);
                    return null;
                }
                return new Promise((letGo) => resolve(() => letGo(null)));
            };
            this.#locks?.request(name, how, held).catch(() => resolve(null));
        });
    }

    /** @param {'id' | 'kept'} what */
    #read(what) {
        try {
            return this.#storage().getItem(`${this.#key}.${what}`);
        } catch {
            return null;
        }
    }

    /**
     * @param {'id' | 'kept'} what
     * @param {string | null} value
     */
    #write(what, value) {
        try {
            if (value === null) {
                this.#storage().removeItem(`${this.#key}.${what}`);
            } else {
                this.#storage().setItem(`${this.#key}.${what}`, value);
            }
        } catch {
            // Told above: a reload finds nothing then.
        }
    }
}

/**
 * Nothing of anybody stays in this tab.
 *
 * @param {() => Storage} [storage]
 */
export function sweepAll(storage = browser) {
    sweep(storage, () => true);
}

/**
 * A person's page was loaded: what a tab keeps of anybody else is taken out.
 *
 * @param {string} user
 * @param {() => Storage} [storage]
 */
export function sweepOthers(user, storage = browser) {
    sweep(storage, (key) => !key.startsWith(`${PREFIX}${user}.`));
    takeLeft(storage);
}

/**
 * @param {() => Storage} storage
 * @param {(key: string) => boolean} isToGo
 */
function sweep(storage, isToGo) {
    try {
        const there = storage();
        for (const key of Object.keys(there)) {
            if (key.startsWith(PREFIX) && isToGo(key)) {
                there.removeItem(key);
            }
        }
    } catch {
        // A browser that keeps nothing has nothing to sweep.
    }
}

/**
 * Somebody is about to sign out. Whether it worked, the page that comes next knows.
 *
 * @param {string} user
 */
export function markLeft(user) {
    try {
        sessionStorage.setItem(LEFT, user);
    } catch {
        // A browser that keeps nothing: the other tabs hear it from the server.
    }
}

/**
 * @param {() => Storage} [storage]
 * @returns {string | null} who has just signed out here; it is taken out
 */
export function takeLeft(storage = browser) {
    try {
        const user = storage().getItem(LEFT);
        storage().removeItem(LEFT);
        return user;
    } catch {
        return null;
    }
}
