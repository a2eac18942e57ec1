// @ts-check
/**
 * What a tab keeps over a reload: its client id, and what is not saved yet. Of one person, and for that person only (I7).
 *
 * Owns the keys in sessionStorage: one for each person and form. What is not saved is there only while the page is not in
 * front, so that a tab that is duplicated does not take it along; and the sign-in page sweeps everything away
 * (`signed-out.js`). A tab holds a lock on its client id: its duplicate, which has the same storage, takes a new one.
 *
 * Storage may be full, or forbidden; then a reload keeps nothing, and nothing else changes.
 */

const PREFIX = 'formroom.tab.';

export class Tab {
    #key;
    #storage;

    /**
     * @param {{user: string, form: string}} whose
     * @param {Storage} [storage]
     */
    constructor({ user, form }, storage = sessionStorage) {
        this.#key = `${PREFIX}${user}.${form}`;
        this.#storage = storage;
        sweep(storage, `${PREFIX}${user}.`);
    }

    /**
     * The id of this tab, which no other tab has.
     *
     * @param {() => string} newId
     * @returns {Promise<string>}
     */
    async clientId(newId) {
        const known = this.#read('id');
        const id = known !== null && (await isFree(known)) ? known : newId();
        void holdFor(id);
        this.rename(id);
        return id;
    }

    /** @param {string} id */
    rename(id) {
        this.#write('id', id);
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

/** @param {string} id */
function isFree(id) {
    return navigator.locks.request(id, { ifAvailable: true }, (lock) => lock !== null);
}

/**
 * Until the page goes away.
 *
 * @param {string} id
 */
function holdFor(id) {
    return navigator.locks.request(id, () => new Promise(() => {}));
}
