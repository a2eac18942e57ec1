// @ts-check
/**
 * Submitting the form, step by step: wait until all is saved, ask, send, and what came of it. No DOM, no clock.
 *
 * Owns which step it is. It looks at the form through `look`, and is told by `check` that there may be something new.
 *
 * @typedef {{done: true, body: any} | {done: false, code: string, message: string, problems?: any[]}} Outcome
 * @typedef {{isOpen: boolean, isSaved: boolean, isClear: boolean}} Look `isOpen`: the form takes changes; `isSaved`:
 *   nothing is on its way; `isClear`: nothing is missing, and nothing waits for a decision
 * @typedef {{kind: 'idle' | 'waiting' | 'ready' | 'sending' | 'overtaken'}
 *   | {kind: 'failed', code: string, message: string}} Step
 */

export class Asking {
    /** @type {Step} */
    step = { kind: 'idle' };
    #look;
    #post;
    #drawn;
    #found;

    /**
     * @param {{
     *   look: () => Look,
     *   post: () => Promise<Outcome>,
     *   drawn: () => void,
     *   found: (problems: any[]) => void,
     * }} given `drawn`: another step is to be shown; `found`: something is missing, and what the server says of it
     */
    constructor({ look, post, drawn, found }) {
        this.#look = look;
        this.#post = post;
        this.#drawn = drawn;
        this.#found = found;
    }

    /** Somebody wants to submit. */
    press() {
        if (this.step.kind === 'sending') {
            return;
        }
        if (!this.#look().isClear) {
            this.#end([]);
            return;
        }
        this.#go({ kind: this.#look().isSaved ? 'ready' : 'waiting' });
    }

    /** And is sure. */
    async confirm() {
        if (this.step.kind !== 'ready' && this.step.kind !== 'failed') {
            return;
        }
        const { isOpen, isSaved, isClear } = this.#look();
        if (!isOpen) {
            this.#go({ kind: 'overtaken' });
        } else if (!isClear) {
            this.#end([]);
        } else if (!isSaved) {
            this.#go({ kind: 'waiting' });
        } else {
            this.#go({ kind: 'sending' });
            this.#answered(await this.#post());
        }
    }

    /** Nothing is asked any more; what is sent already goes on. */
    cancel() {
        if (this.step.kind !== 'sending') {
            this.#go({ kind: 'idle' });
        }
    }

    /** The form, its status or the connection may have changed. */
    check() {
        const { kind } = this.step;
        if (kind === 'idle' || kind === 'sending' || kind === 'overtaken') {
            return;
        }
        const { isOpen, isSaved } = this.#look();
        if (!isOpen) {
            this.#go({ kind: 'overtaken' });
        } else if (kind !== 'failed') {
            this.#go({ kind: isSaved ? 'ready' : 'waiting' });
        }
    }

    /** @param {Outcome} outcome */
    #answered(outcome) {
        if (outcome.done) {
            this.#go({ kind: 'idle' });
            return;
        }
        switch (outcome.code) {
            case 'incomplete':
                this.#end(outcome.problems ?? []);
                break;
            case 'locked':
                this.#go({ kind: 'overtaken' });
                break;
            case 'signed_out': // the session's dialog takes over
                this.#go({ kind: 'idle' });
                break;
            default:
                this.#go({ kind: 'failed', code: outcome.code, message: outcome.message });
        }
    }

    /** @param {any[]} problems */
    #end(problems) {
        this.#go({ kind: 'idle' });
        this.#found(problems);
    }

    /** @param {Step} step */
    #go(step) {
        this.step = step;
        this.#drawn();
    }
}
