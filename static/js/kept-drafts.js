// @ts-check
/**
 * What this browser keeps of drafts while the server has not got it. Of one person, and for that person only (I7).
 *
 * Owns the keys in localStorage: one for each person and form. Every entry says whose it is; what is somebody else's, too
 * old, or no entry at all is refused and deleted. Every page of a signed-in person sweeps away what others left, and the
 * sign-in page that somebody comes to who left on purpose sweeps away everything.
 *
 * Storage may be full, or forbidden; it may be forbidden even to name it. Then nothing is kept, and `write` says so.
 *
 * @typedef {import('./drafts/types.js').Copy} Copy
 */

const PREFIX = 'formroom.draft.';
/** Less than the server remembers that a draft has ended (`collab/drafts/services.py`). */
const OLDEST_MS = 14 * 24 * 60 * 60 * 1000;

const browser = () => localStorage;

export class KeptDraft {
    #user;
    #key;
    #storage;
    #now;
    /** @type {string | null} what this page wrote or read last: another tab's is not taken out */
    #mine = null;

    /**
     * @param {{user: string, form: string}} whose
     * @param {() => Storage} [storage]
     * @param {() => number} [now]
     */
    constructor({ user, form }, storage = browser, now = Date.now) {
        this.#user = user;
        this.#key = `${PREFIX}${user}.${form}`;
        this.#storage = storage;
        this.#now = now;
    }

    /** @returns {Copy | null} */
    read() {
        try {
            this.#mine = this.#storage().getItem(this.#key);
            const copy = this.#mine === null ? null : this.#ours(JSON.parse(this.#mine));
            if (copy === null) {
                this.remove();
            }
            return copy;
        } catch {
            this.remove();
            return null;
        }
    }

    /**
     * @param {Copy} copy
     * @returns {boolean} whether it is kept now
     */
    write(copy) {
        const text = JSON.stringify({ user: this.#user, ...copy });
        try {
            this.#storage().setItem(this.#key, text);
            this.#mine = text;
            return true;
        } catch {
            this.remove(); // what was kept before is not what is on the page
            return false;
        }
    }

    /** Whether what this page wrote last is still what is kept: tabs with the same form have one place for it. */
    holds() {
        try {
            return this.#mine !== null && this.#storage().getItem(this.#key) === this.#mine;
        } catch {
            return false;
        }
    }

    /** Takes out what this page wrote, or has read; not what another tab has written since. */
    remove() {
        try {
            if (this.#mine !== null && this.#storage().getItem(this.#key) === this.#mine) {
                this.#storage().removeItem(this.#key);
            }
        } catch {
            // A browser that keeps nothing has nothing to take out.
        }
        this.#mine = null;
    }

    /**
     * @param {any} entry
     * @returns {Copy | null}
     */
    #ours(entry) {
        const { user, base, data, sent, at } = entry ?? {};
        const isFresh = this.#now() - Date.parse(at) < OLDEST_MS;
        const isOurs = user === this.#user && Number.isSafeInteger(base) && isObject(data) && isFresh;
        return isOurs ? { base, data, sent: Array.isArray(sent) ? sent : [], at } : null;
    }
}

/**
 * Takes out what is kept of everybody, or of everybody else.
 *
 * @param {string | null} [except] a person
 * @param {() => Storage} [storage]
 */
export function sweepDrafts(except = null, storage = browser) {
    try {
        const kept = storage();
        for (const key of Object.keys(kept)) {
            if (key.startsWith(PREFIX) && (except === null || !key.startsWith(`${PREFIX}${except}.`))) {
                kept.removeItem(key);
            }
        }
    } catch {
        // A browser that keeps nothing has nothing to sweep.
    }
}

/** @param {any} value */
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
