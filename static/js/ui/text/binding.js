// @ts-check
/**
 * One text on the page and the text of the form: typing becomes deltas, and the deltas of others change the text
 * without touching what its writer is at.
 *
 * Owns the difference between what is shown and what the client knows: nothing, except while an input method is
 * composing. Then changing the text would break the composition, so the deltas of others are held back, and what is
 * typed is moved over them on its way out; they are shown when the composition ends.
 *
 * What survives a remote edit: caret and selection (moved along, its direction kept), the scroll position, the
 * composition. Undo is not in here: it knows more than one text (`ui/undo.js`). Must not know addresses or the network.
 */

import { apply, compose, diff, toCodePoints, toUtf16, transform, transformPosition } from '../../document/text.js';
import { cleaning } from './lines.js';

/** @typedef {import('../../document/text.js').Delta} Delta */
/** @typedef {import('../../sync/undo/typing.js').Typing} Typing */
/** @typedef {HTMLInputElement | HTMLTextAreaElement} TextControl */

export class TextBinding {
    #control;
    #send;
    /** The text as the client knows it, without what is held back. */
    #text;
    /** The same as the control shows it: it knows no carriage returns, and on one line no line feeds. */
    #shown;
    /** @type {Delta} */
    #held = [];
    #composing = false;
    /** Whether something of this composition was sent: what comes of it then is part of that. */
    #hasComposed = false;

    /**
     * @param {TextControl} control
     * @param {string} text
     * @param {(delta: Delta, typing: Typing) => void} send
     */
    constructor(control, text, send) {
        this.#control = control;
        this.#text = text;
        this.#shown = control.value;
        this.#send = send;
    }

    get composing() {
        return this.#composing;
    }

    /**
     * The person changed the control.
     *
     * @param {number} time of the event
     */
    typed(time) {
        const now = this.#control.value;
        if (now === this.#shown) {
            return;
        }
        this.#clean();
        const delta = diff(this.#text, now, this.#control.selectionEnd);
        const joined = this.#composing && this.#hasComposed;
        this.#hasComposed = this.#composing;
        this.#out(delta, now, { time, joined });
    }

    /**
     * Somebody else changed the text.
     *
     * @param {Delta} delta
     */
    remote(delta) {
        if (this.#composing) {
            this.#held = compose(this.#held, delta);
        } else {
            this.#show(delta);
        }
    }

    /**
     * The text is this now, however it came to be (a new snapshot).
     *
     * @param {string} text
     */
    reset(text) {
        const known = apply(this.#text, this.#held);
        if (text !== known) {
            this.remote(diff(known, text));
        }
    }

    compositionStarted() {
        this.#composing = true;
        this.#hasComposed = false;
    }

    /** @param {number} time */
    compositionEnded(time) {
        this.typed(time);
        this.#composing = false;
        const held = this.#held;
        this.#held = [];
        this.#show(held);
    }

    /** @param {number} position in code points */
    putCaret(position) {
        const at = toUtf16(this.#shown, position);
        this.#control.setSelectionRange(at, at);
    }

    /** @returns {[number, number]} in code points of what the client knows */
    get selection() {
        const { selectionStart, selectionEnd } = this.#control;
        return [this.#outward(selectionStart ?? 0), this.#outward(selectionEnd ?? 0)];
    }

    /** @param {number} index */
    #outward(index) {
        return transformPosition(toCodePoints(this.#shown, index), this.#held);
    }

    /** What the control cannot show goes for good once somebody types into it, and the client is told so. */
    #clean() {
        if (this.#text !== this.#shown) {
            const delta = cleaning(this.#text, this.#control instanceof HTMLInputElement);
            this.#out(delta, this.#shown, { silent: true });
        }
    }

    /**
     * @param {Delta} delta
     * @param {string} text
     * @param {Typing} typing
     */
    #out(delta, text, typing) {
        const mine = transform(delta, this.#held, 'right');
        this.#held = transform(this.#held, delta, 'left');
        this.#text = text;
        this.#shown = text;
        this.#send(mine, typing);
    }

    /** @param {Delta} delta */
    #show(delta) {
        if (delta.length === 0) {
            return;
        }
        const before = this.#shown;
        const { selectionStart, selectionEnd, selectionDirection } = this.#control;
        const [start, end] = [selectionStart ?? 0, selectionEnd ?? 0].map((index) => toCodePoints(before, index));
        this.#text = apply(this.#text, delta);
        this.#keepingScroll(delta, start, () => this.#replace(this.#text));
        this.#shown = this.#control.value;
        const after = [start, end].map((position) => toUtf16(this.#shown, transformPosition(position, delta)));
        this.#select(after[0], after[1], selectionDirection ?? 'none');
    }

    /**
     * Only the part that differs: what is not replaced keeps its spelling marks, and the control its place.
     *
     * @param {string} text
     */
    #replace(text) {
        const old = this.#control.value;
        let head = 0;
        while (head < old.length && head < text.length && old[head] === text[head]) {
            head += 1;
        }
        let tail = 0;
        while (tail < Math.min(old.length, text.length) - head && old.at(-1 - tail) === text.at(-1 - tail)) {
            tail += 1;
        }
        this.#control.setRangeText(text.slice(head, text.length - tail), head, old.length - tail, 'preserve');
    }

    /**
     * Only where it is not right already: in some browsers setting a selection takes the focus.
     *
     * @param {number} start
     * @param {number} end
     * @param {'forward' | 'backward' | 'none'} direction
     */
    #select(start, end, direction) {
        const { selectionStart, selectionEnd } = this.#control;
        if (document.activeElement === this.#control && (selectionStart !== start || selectionEnd !== end)) {
            this.#control.setSelectionRange(start, end, direction);
        }
    }

    /**
     * The lines one looks at stay where they are, also where lines were added above them.
     *
     * @param {Delta} delta
     * @param {number} caret
     * @param {() => void} change
     */
    #keepingScroll(delta, caret, change) {
        const { scrollTop, scrollLeft, scrollHeight } = this.#control;
        change();
        const isAbove = typeof delta[0] !== 'number' || delta[0] < caret;
        const grown = scrollTop > 0 && isAbove ? this.#control.scrollHeight - scrollHeight : 0;
        this.#control.scrollTop = scrollTop + grown;
        this.#control.scrollLeft = scrollLeft;
    }
}
