// @ts-check
/** A browser's surroundings moved by hand: its clock stands still until it is told to go on. */

/** @typedef {import('../../../../static/js/net/socket.js').Environment} Environment */
/** @typedef {import('../../../../static/js/net/environment.js').Word} Word */

export class Clock {
    time = 0;
    #count = 0;
    /** @type {Map<number, {at: number, run: () => void}>} */
    #timers = new Map();

    now = () => this.time;

    /**
     * @param {() => void} run
     * @param {number} ms
     */
    setTimeout = (run, ms) => {
        this.#count += 1;
        this.#timers.set(this.#count, { at: this.time + ms, run });
        return this.#count;
    };

    /** @param {number} timer */
    clearTimeout = (timer) => {
        this.#timers.delete(timer);
    };

    get waiting() {
        return this.#timers.size;
    }

    /** @param {number} ms */
    pass(ms) {
        const end = this.time + ms;
        for (let due = this.#next(end); due !== null; due = this.#next(end)) {
            const timer = /** @type {{at: number, run: () => void}} */ (this.#timers.get(due));
            this.#timers.delete(due);
            this.time = timer.at;
            timer.run();
        }
        this.time = end;
    }

    /**
     * @param {number} end
     * @returns {number | null}
     */
    #next(end) {
        const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, one], [, other]) => one.at - other.at);
        return due[0]?.[0] ?? null;
    }
}

/** The other end of a socket that the page has made. */
export class FakeSocket {
    readyState = 0;
    /** @type {any[]} */
    sent = [];
    isLeft = false;
    onopen = /** @type {any} */ (null);
    onmessage = /** @type {any} */ (null);
    onclose = /** @type {any} */ (null);

    /** @param {string} text */
    send(text) {
        this.sent.push(JSON.parse(text));
    }

    close() {
        this.isLeft = true;
        this.readyState = 2;
    }

    accept() {
        this.readyState = 1;
        this.onopen({});
    }

    /** @param {any} message */
    say(message) {
        this.onmessage({ data: typeof message === 'string' ? message : JSON.stringify(message) });
    }

    /**
     * @param {number} code
     * @param {string} [reason]
     */
    fall(code, reason = '') {
        this.readyState = 3;
        this.onclose({ code, reason });
    }
}

/** @implements {Environment} */
export class Surroundings extends Clock {
    /** @type {FakeSocket[]} every one that was made, the newest last */
    sockets = [];
    luck = 1;
    online = true;
    visible = true;
    /** @type {Map<Word, Set<() => void>>} */
    #listeners = new Map();

    connect = () => {
        this.sockets.push(new FakeSocket());
        return /** @type {any} */ (this.socket);
    };

    random = () => this.luck;
    isOnline = () => this.online;
    isVisible = () => this.visible;

    /**
     * @param {Word} word
     * @param {() => void} heard
     */
    on = (word, heard) => {
        this.#listeners.set(word, (this.#listeners.get(word) ?? new Set()).add(heard));
    };

    /**
     * @param {Word} word
     * @param {() => void} heard
     */
    off = (word, heard) => {
        this.#listeners.get(word)?.delete(heard);
    };

    get socket() {
        return this.sockets[this.sockets.length - 1];
    }

    /** @param {Word} word */
    happens(word) {
        this.#listeners.get(word)?.forEach((heard) => heard());
    }
}
