// @ts-check
/**
 * How much would be lost if one signed out now: on this page, in the other tabs of this browser, and what it keeps of tabs
 * that are no more.
 *
 * Owns the question and its answers. Nobody knows how many tabs there are, so the answers of a short while count;
 * a tab that sleeps so deeply that it does not answer has had time to save. Must not know the page; chance and time are given.
 *
 * @module
 */

/** @typedef {import('../protocol/messages.js').TabMessage} TabMessage */

const ANSWERS_MS = 250;

export class Unsaved {
    #tell;
    #here;
    #kept;
    #wait;
    #newId;
    #question = '';
    #elsewhere = 0;

    /**
     * @param {{
     *   tell: (message: TabMessage) => void,
     *   here: () => number,
     *   kept: () => Promise<number>,
     *   wait: (ms: number) => Promise<unknown>,
     *   newId: () => string,
     * }} given `here`: what is not saved on this page; `kept`: in no tab, but in the browser's storage
     */
    constructor({ tell, here, kept, wait, newId }) {
        this.#tell = tell;
        this.#here = here;
        this.#kept = kept;
        this.#wait = wait;
        this.#newId = newId;
    }

    /** @param {TabMessage} message */
    heard(message) {
        if (message.type === 'unsaved?') {
            this.#tell({ type: 'unsaved', question: message.question, count: this.#here() });
        } else if (message.type === 'unsaved' && message.question === this.#question) {
            this.#elsewhere += message.count;
        }
    }

    /**
     * What is on its way to the server meanwhile is saved when the answers are in.
     *
     * @returns {Promise<{here: number, elsewhere: number, kept: number}>}
     */
    async count() {
        this.#question = this.#newId();
        this.#elsewhere = 0;
        this.#tell({ type: 'unsaved?', question: this.#question });
        const [kept] = await Promise.all([this.#kept(), this.#wait(ANSWERS_MS)]);
        return { here: this.#here(), elsewhere: this.#elsewhere, kept };
    }
}
