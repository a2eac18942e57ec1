// @ts-check
/**
 * The part of the browser's storage in which outboxes are kept: an IndexedDB database with one store.
 *
 * Owns the database's name and the keys: `[user, form, client id]`, so that what is one person's lies together and what is
 * another's is never read with it (I7). Must not know what an entry holds, nor whose turn it is.
 *
 * The connection may be closed by the browser at any time (the site's storage is cleared when somebody signs out): then the
 * next write makes another one. A write is committed at once, so that it is not lost with a page that goes away.
 *
 * @module
 */

/** @typedef {{user: string, form: string, clientId: string}} Key */
/** @typedef {Key & {shape: number, at: number, kept: any}} Entry `at`: when it was written; `shape`: of what is kept */

const NAME = 'formroom';
const STORE = 'outbox';
const VERSION = 1;

export class Database {
    #factory;
    /** @type {Promise<IDBDatabase> | null} */
    #connection = null;

    /** @param {() => IDBFactory} [factory] it may be forbidden even to name it */
    constructor(factory = () => indexedDB) {
        this.#factory = factory;
    }

    /**
     * Puts an entry in and takes others out, both or neither.
     *
     * @param {Entry | null} entry
     * @param {Key[]} [gone]
     */
    async write(entry, gone = []) {
        await this.#do('readwrite', (store) => {
            gone.forEach((key) => store.delete(keyOf(key)));
            if (entry !== null) {
                store.put(entry);
            }
            store.transaction.commit();
        });
    }

    /**
     * @param {Key} key
     * @returns {Promise<Entry | null>}
     */
    async read(key) {
        return (await this.#do('readonly', (store) => store.get(keyOf(key)))) ?? null;
    }

    /**
     * @param {string} user
     * @param {string} [form] of every form, if none is named
     * @returns {Promise<Entry[]>}
     */
    async readAll(user, form) {
        return this.#do('readonly', (store) => store.getAll(allOf(user, form)));
    }

    /** @param {string} user */
    async removeAll(user) {
        await this.#do('readwrite', (store) => {
            store.delete(allOf(user));
            store.transaction.commit();
        });
    }

    /** Everything of everybody. */
    async clear() {
        await this.#do('readwrite', (store) => {
            store.clear();
            store.transaction.commit();
        });
    }

    /** @param {(entry: Entry) => boolean} isToGo */
    async sweep(isToGo) {
        await this.#do('readwrite', (store) => {
            const cursor = store.openCursor();
            cursor.onsuccess = () => {
                if (cursor.result !== null && isToGo(cursor.result.value)) {
                    cursor.result.delete();
                }
                cursor.result?.continue();
            };
        });
    }

    /**
     * @param {IDBTransactionMode} mode
     * @param {(store: IDBObjectStore) => IDBRequest | void} work
     * @returns {Promise<any>} what the request found, if there was one
     */
    async #do(mode, work) {
        const transaction = await this.#transaction(mode);
        const request = work(transaction.objectStore(STORE));
        await finished(transaction);
        return request?.result;
    }

    /**
     * @param {IDBTransactionMode} mode
     * @returns {Promise<IDBTransaction>}
     */
    async #transaction(mode) {
        try {
            return begin(await this.#connect(), mode);
        } catch (error) {
            if (!(error instanceof DOMException && error.name === 'InvalidStateError')) {
                throw error;
            }
            this.#connection = null; // it was closed, and nobody has said so yet
            return begin(await this.#connect(), mode);
        }
    }

    /** @returns {Promise<IDBDatabase>} */
    #connect() {
        this.#connection ??= this.#open().catch((error) => {
            this.#connection = null;
            throw error;
        });
        return this.#connection;
    }

    /** @returns {Promise<IDBDatabase>} */
    async #open() {
        const request = this.#factory().open(NAME, VERSION);
        request.onupgradeneeded = () => {
            request.result.createObjectStore(STORE, { keyPath: ['user', 'form', 'clientId'] });
        };
        const database = await answered(request);
        database.onclose = () => (this.#connection = null);
        database.onversionchange = () => {
            database.close(); // a newer release, or the browser, wants to have it for itself
            this.#connection = null;
        };
        return database;
    }
}

/**
 * @param {IDBDatabase} database
 * @param {IDBTransactionMode} mode
 */
function begin(database, mode) {
    return database.transaction(STORE, mode, { durability: 'relaxed' }); // it outlives the page, if not a power failure
}

/**
 * @param {Key} key
 * @returns {string[]}
 */
function keyOf({ user, form, clientId }) {
    return [user, form, clientId];
}

/**
 * @param {string} user
 * @param {string} [form]
 */
function allOf(user, form) {
    const start = form === undefined ? [user] : [user, form];
    return IDBKeyRange.bound(start, [...start, []]); // a list is greater than any string
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function answered(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
function finished(transaction) {
    return new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new Error('The transaction was broken off.'));
    });
}
