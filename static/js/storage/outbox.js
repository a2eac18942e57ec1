// @ts-check
/**
 * When what is not acknowledged is written into the browser's storage, and when it is taken out again.
 *
 * Owns which write is due and which is under way: one at a time, and after it the newest state there is. Nothing is
 * written while there is nothing to keep. Must not know what is kept, nor how; the clock is given.
 *
 *     const outbox = new Outbox({ store, state, clock, told });
 *     outbox.changed()       what is to be kept has changed
 *     outbox.after(run)      runs as soon as all that there is now is kept, or cannot be
 *     outbox.hurry()         the page goes away: what there is now is written, whatever is under way
 *     await outbox.end()     nothing is kept any more, nor will be
 *
 * A submit leaves the page by `after`: what is found by a page that comes back must not be older than what has left, or
 * the same would be sent under another number (C3). Storage that is slow, full or forbidden holds up nothing: then
 * `canKeep` is false, until a write succeeds.
 *
 * @module
 */

/** A write takes about a millisecond. One that takes so long is not waited for. */
const PATIENCE_MS = 300;

/**
 * @template T
 * @typedef {{write: (kept: T | null) => Promise<void>}} Store `null`: what was written is taken out
 */
/** @typedef {{setTimeout: (run: () => void, ms: number) => any, clearTimeout: (timer: any) => void}} Clock */

/** @template T what is kept */
export class Outbox {
    #store;
    #state;
    #clock;
    #told;
    /** Whether there may be something in the store. */
    #isThere;
    #isDue = false;
    #isWriting = false;
    #isOver = false;
    #canKeep = true;
    /** @type {Set<() => void>} what waits for the write under way */
    #behind = new Set();
    /** @type {Set<() => void>} what waits for the one that is due */
    #waiting = new Set();

    /**
     * @param {{
     *   store: Store<T>,
     *   state: () => T | null,
     *   clock: Clock,
     *   told: (canKeep: boolean) => void,
     *   isThere?: boolean,
     * }} given `state`: what is to be kept now, null: nothing; `isThere`: something was written by a page before this one
     */
    constructor({ store, state, clock, told, isThere = false }) {
        this.#store = store;
        this.#state = state;
        this.#clock = clock;
        this.#told = told;
        this.#isThere = isThere;
    }

    /** Whether what is to be kept can be: the last write succeeded, in time. */
    get canKeep() {
        return this.#canKeep;
    }

    /** Whether what there is now is written, as far as it can be. */
    get isSettled() {
        return !this.#isDue && !this.#isWriting;
    }

    changed() {
        if (this.#isOver || this.#isDue) {
            return;
        }
        this.#isDue = true;
        if (!this.#isWriting) {
            void Promise.resolve().then(() => this.#writeAll()); // once for all that changes in this turn
        }
    }

    /** @param {() => void} run */
    after(run) {
        if (this.#isOver) {
            return;
        }
        if (this.isSettled || !this.#canKeep) {
            run();
            return;
        }
        const line = this.#isDue ? this.#waiting : this.#behind;
        const timer = this.#clock.setTimeout(() => this.#late(), PATIENCE_MS);
        line.add(() => (this.#clock.clearTimeout(timer), run()));
    }

    hurry() {
        const kept = this.#isOver ? null : this.#state();
        if (!this.#isOver && (kept !== null || this.#isThere)) {
            this.#isThere = true;
            this.#store.write(kept).catch(() => {});
        }
    }

    /** @returns {Promise<void>} */
    async end() {
        this.#isOver = true;
        this.#isDue = false;
        this.#behind.clear();
        this.#waiting.clear();
        await this.#store.write(null).catch(() => {});
    }

    async #writeAll() {
        this.#isWriting = true;
        while (this.#isDue) {
            this.#isDue = false;
            [this.#behind, this.#waiting] = [this.#waiting, new Set()];
            await this.#write(this.#state());
            this.#letGo(this.#behind);
        }
        this.#isWriting = false;
    }

    /** @param {T | null} kept */
    async #write(kept) {
        if (kept === null && !this.#isThere) {
            return;
        }
        this.#isThere ||= kept !== null;
        try {
            await this.#store.write(kept);
            this.#isThere = kept !== null && this.#isThere;
            this.#tell(true);
        } catch {
            this.#tell(false); // what was kept before stays: it is better than nothing
        }
    }

    /** The storage takes too long: what waits for it waits no more, nor does what comes, until it is heard of again. */
    #late() {
        this.#tell(false);
        this.#letGo(this.#behind);
        this.#letGo(this.#waiting);
    }

    /** @param {Set<() => void>} line */
    #letGo(line) {
        for (const run of [...line]) {
            line.delete(run);
            run();
        }
    }

    /** @param {boolean} canKeep */
    #tell(canKeep) {
        if (!this.#isOver && canKeep !== this.#canKeep) {
            this.#canKeep = canKeep;
            this.#told(canKeep);
        }
    }
}
