// @ts-check
/**
 * What a tab keeps over a reload: its client id, and what is not saved yet. Of one person, and for that person only (I7).
 *
 * Owns the keys in sessionStorage: one for each person and form. What is not saved is there only while the page is not in
 * front, and the sign-in page sweeps everything away (`signed-out.js`). From signing out to that page, it is also kept who
 * did so, for the other tabs to hear. A tab holds a lock on its client id (C3): its
 * duplicate, which has a copy of the storage, takes a new one, and leaves what is not saved to its twin.
 *
 * Storage may be full, or forbidden; then a reload keeps nothing, and nothing else changes. Without https there are no
 * locks: then every page takes a new id, and only what was kept goes on under the one it was kept with.
 */

const PREFIX = 'formroom.tab.';
const LEFT = 'formroom.left';
/** A page that is loaded anew may come before the one it follows has let go. */
const PATIENCE_MS = 1500;

export class Tab {
    #key;
    #storage;
    #locks;

    /**
     * @param {{user: string, form: string}} whose
     * @param {Storage} [storage]
     * @param {Pick<LockManager, 'request'> | null} [locks] null: there are none
     */
    constructor({ user, form }, storage = sessionStorage, locks = globalThis.navigator?.locks ?? null) {
        this.#key = `${PREFIX}${user}.${form}`;
        this.#storage = storage;
        this.#locks = locks;
        sweep(storage, `${PREFIX}${user}.`);
    }

    /**
     * The id of this tab, which no other tab has.
     *
     * @param {() => string} newId
     * @returns {Promise<string>}
     */
    async clientId(newId) {
        const known = this.#locks === null ? null : this.#read('id');
        if (known !== null && (await this.#hold(known))) {
            return known;
        }
        if (known !== null) {
            this.keep(null); // the twin's, who still has it: what is sent twice under two names is there twice
        }
        const id = newId();
        this.rename(id);
        return id;
    }

    /** @param {string} id */
    rename(id) {
        this.#write('id', id);
        void this.#hold(id);
    }

    /** @param {unknown} kept null: nothing */
    keep(kept) {
        this.#write('kept', kept === null ? null : JSON.stringify(kept));
    }

    /** What was kept; it is taken out. */
    take() {
        const kept = this.#read('kept');
        this.#write('kept', null);
        return kept === null ? null : JSON.parse(kept);
    }

    /**
     * Holds an id until the page goes away.
     *
     * @param {string} id
     * @returns {Promise<boolean>} whether it is this tab's now
     */
    #hold(id) {
        return new Promise((resolve) => {
            const held = () => {
                resolve(true);
                return new Promise(() => {});
            };
            this.#locks
                ?.request(id, { signal: AbortSignal.timeout(PATIENCE_MS) }, held)
                .catch(() => resolve(false));
        });
    }

    /** @param {'id' | 'kept'} what */
    #read(what) {
        try {
            return this.#storage.getItem(`${this.#key}.${what}`);
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
                this.#storage.removeItem(`${this.#key}.${what}`);
            } else {
                this.#storage.setItem(`${this.#key}.${what}`, value);
            }
        } catch {
            // Told above: a reload keeps nothing then.
        }
    }
}

/**
 * Takes out what tabs keep, but for what is under a prefix.
 *
 * @param {Storage} storage
 * @param {string | null} [except]
 */
export function sweep(storage, except = null) {
    for (const key of Object.keys(storage)) {
        if (key.startsWith(PREFIX) && (except === null || !key.startsWith(except))) {
            storage.removeItem(key);
        }
    }
}

/** Nothing of anybody stays in this tab. */
export function sweepAll() {
    try {
        sweep(sessionStorage);
    } catch {
        // A browser that keeps nothing has nothing to sweep.
    }
}

/**
 * A person's page was loaded: what a tab keeps of anybody else is taken out.
 *
 * @param {string} user
 */
export function sweepOthers(user) {
    try {
        sweep(sessionStorage, `${PREFIX}${user}.`);
        sessionStorage.removeItem(LEFT);
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

/** @returns {string | null} who has just signed out here; it is taken out */
export function takeLeft() {
    const user = sessionStorage.getItem(LEFT);
    sessionStorage.removeItem(LEFT);
    return user;
}
