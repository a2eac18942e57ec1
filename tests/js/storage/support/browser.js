// @ts-check
/** As much of a browser as tabs and outboxes need: its storage, its locks, its database, its clock. */

/** What `sessionStorage` is: its keys are its own properties. */
export class Storage {
    /** @param {string} key */
    getItem(key) {
        return Object.hasOwn(this, key) ? /** @type {any} */ (this)[key] : null;
    }

    /**
     * @param {string} key
     * @param {string} value
     */
    setItem(key, value) {
        /** @type {any} */ (this)[key] = value;
    }

    /** @param {string} key */
    removeItem(key) {
        delete (/** @type {any} */ (this)[key]);
    }
}

/** What `navigator.locks` is to all tabs of a browser. */
export class Locks {
    /** @type {Map<string, number>} by name, whose it is: a number for each page */
    #held = new Map();
    /** @type {{name: string, grant: () => void, reject: (why: Error) => void}[]} */
    #waiting = [];
    #pages = 0;

    /** @returns {any} as one page sees them */
    page() {
        this.#pages += 1;
        const page = this.#pages;
        return {
            page,
            request: (/** @type {string} */ name, /** @type {any} */ how, /** @type {any} */ granted) =>
                this.#request(name, how, granted, page),
        };
    }

    get names() {
        return new Set(this.#held.keys());
    }

    /**
     * A page is no more.
     *
     * @param {{page: number}} gone
     */
    close({ page }) {
        for (const [name] of [...this.#held].filter(([, whose]) => whose === page)) {
            this.#release(name);
        }
    }

    patienceEnds() {
        this.#waiting.splice(0).forEach(({ reject }) => reject(new Error('timeout')));
    }

    /**
     * @param {string} name
     * @param {{ifAvailable?: boolean}} how
     * @param {(lock: {name: string} | null) => any} granted
     * @param {number} page
     */
    async #request(name, { ifAvailable = false }, granted, page) {
        if (this.#held.has(name) && ifAvailable) {
            return granted(null);
        }
        if (this.#held.has(name)) {
            await new Promise((resolve, reject) => this.#waiting.push({ name, grant: () => resolve(null), reject }));
        }
        this.#held.set(name, page);
        await granted({ name });
        this.#release(name);
    }

    /** @param {string} name */
    #release(name) {
        this.#held.delete(name);
        const at = this.#waiting.findIndex((one) => one.name === name);
        if (at >= 0) {
            this.#waiting.splice(at, 1)[0].grant();
        }
    }
}

/** @typedef {import('../../../../static/js/storage/database.js').Entry} Entry */
/** @typedef {import('../../../../static/js/storage/database.js').Key} Key */

/** What the database is, without a browser. */
export class Shelf {
    /** @type {Map<string, Entry>} */
    entries = new Map();
    /** Whether it answers at all. */
    isBroken = false;

    /**
     * @param {Entry | null} entry
     * @param {Key[]} [gone]
     */
    async write(entry, gone = []) {
        this.#ask();
        gone.forEach((key) => this.entries.delete(nameOf(key)));
        if (entry !== null) {
            this.entries.set(nameOf(entry), structuredClone(entry));
        }
    }

    /** @param {Key} key */
    async read(key) {
        this.#ask();
        return structuredClone(this.entries.get(nameOf(key)) ?? null);
    }

    /**
     * @param {string} user
     * @param {string} [form]
     */
    async readAll(user, form) {
        this.#ask();
        const all = [...this.entries.values()];
        return structuredClone(all.filter((one) => one.user === user && (form === undefined || one.form === form)));
    }

    /** @param {string} user */
    async removeAll(user) {
        await this.sweep((entry) => entry.user === user);
    }

    /** @param {(entry: Entry) => boolean} isToGo */
    async sweep(isToGo) {
        this.#ask();
        [...this.entries].forEach(([name, entry]) => isToGo(entry) && this.entries.delete(name));
    }

    get names() {
        return [...this.entries.keys()].sort();
    }

    #ask() {
        if (this.isBroken) {
            throw new DOMException('No room, or no right.', 'QuotaExceededError');
        }
    }
}

/** @param {Key} key */
function nameOf({ user, form, clientId }) {
    return `${user} ${form} ${clientId}`;
}

/** A clock that is moved by hand. */
export class Clock {
    /** @type {Set<() => void>} */
    #timers = new Set();

    /** @param {() => void} run */
    setTimeout(run) {
        this.#timers.add(run);
        return run;
    }

    /** @param {any} timer */
    clearTimeout(timer) {
        this.#timers.delete(timer);
    }

    get waiting() {
        return this.#timers.size;
    }

    /** A long time passes. */
    strike() {
        for (const run of [...this.#timers]) {
            this.#timers.delete(run);
            run();
        }
    }
}

/** Everything that was promised so far has had its turn. */
export async function settled() {
    await new Promise((resolve) => setImmediate(resolve));
}
