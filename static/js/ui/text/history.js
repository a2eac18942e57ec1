// @ts-check
/**
 * Undo and redo of one text field: of one's own typing only. Pure.
 *
 * Why not the browser's: no browser keeps its undo over a change made by a script (Chromium goes deaf for what was
 * typed before it), and the one way to change a text *through* its undo (execCommand) would make a colleague's words a
 * step of mine, which Ctrl+Z would then take away. So the steps are kept here, as deltas that lead back, and moved over
 * what others write. What others wrote inside my words stays when my words go.
 *
 * Lost against the browser's own: steps do not survive a reload, and "Undo" in a context menu works only while the
 * browser believes that it has something to undo itself.
 */

import { compose, invert, transform, transformPosition } from '../../document/text.js';

/** @typedef {import('../../document/text.js').Delta} Delta */
/** @typedef {{back: Delta}} Step `back` leads from the text as it is, once all later steps are undone. */

const MOST_STEPS = 200;
const PAUSE = 1500;

export class TextHistory {
    /** @type {Step[]} */
    #done = [];
    /** @type {Step[]} */
    #undone = [];
    /** Where the last typing ended and what it was: typing on from there is the same step. */
    #edge = { at: -1, kind: '', time: -Infinity, space: false };

    /**
     * @param {Delta} delta what was typed
     * @param {string} before the text it was typed into
     * @param {number} time in milliseconds, any clock that only rises
     */
    record(delta, before, time) {
        const back = invert(delta, before);
        const typing = describe(delta);
        const last = this.#done.at(-1);
        if (last !== undefined && this.#goesOn(typing, time)) {
            last.back = compose(back, last.back);
        } else {
            this.#push(this.#done, { back });
        }
        this.#undone = [];
        this.#edge = { at: typing.end, kind: typing.kind, time, space: typing.space };
    }

    /**
     * Somebody else changed the text.
     *
     * @param {Delta} delta
     */
    moveOver(delta) {
        this.#done = moved(this.#done, delta);
        this.#undone = moved(this.#undone, delta);
        if (this.#edge.at >= 0) {
            this.#edge.at = transformPosition(this.#edge.at, delta);
        }
    }

    /**
     * @param {string} text as it is now
     * @returns {Delta | null} what to do to it
     */
    undo(text) {
        return this.#turn(this.#done, this.#undone, text);
    }

    /**
     * @param {string} text as it is now
     * @returns {Delta | null}
     */
    redo(text) {
        return this.#turn(this.#undone, this.#done, text);
    }

    /**
     * @param {Step[]} from
     * @param {Step[]} to
     * @param {string} text
     * @returns {Delta | null}
     */
    #turn(from, to, text) {
        const step = from.pop();
        if (step === undefined) {
            return null;
        }
        this.#edge = { at: -1, kind: '', time: -Infinity, space: false };
        this.#push(to, { back: invert(step.back, text) });
        return step.back;
    }

    /**
     * @param {Step[]} steps
     * @param {Step} step
     */
    #push(steps, step) {
        steps.push(step);
        if (steps.length > MOST_STEPS) {
            steps.shift();
        }
    }

    /**
     * Whether this typing belongs to the step before: the same kind, at the same place, without a pause, the same word.
     *
     * @param {Typing} typing
     * @param {number} time
     */
    #goesOn(typing, time) {
        const { at, kind, time: last, space } = this.#edge;
        if (typing.kind === 'other' || typing.kind !== kind || time - last > PAUSE) {
            return false;
        }
        return (typing.start === at || typing.end === at) && !(kind === 'insert' && space && !typing.space);
    }
}

/**
 * The place behind the last change of a delta: where the caret goes after an undo.
 *
 * @param {Delta} delta
 * @returns {number}
 */
export function endOf(delta) {
    let at = 0;
    for (const component of delta) {
        if (typeof component === 'number') {
            at += component;
        } else if (typeof component === 'string') {
            at += [...component].length;
        }
    }
    return at;
}

/** @typedef {{kind: 'insert' | 'delete' | 'other', start: number, end: number, space: boolean}} Typing */

/**
 * @param {Delta} delta
 * @returns {Typing}
 */
function describe(delta) {
    const start = typeof delta[0] === 'number' ? delta[0] : 0;
    const changes = delta.filter((component) => typeof component !== 'number');
    const [change] = changes;
    if (changes.length !== 1) {
        return { kind: 'other', start, end: endOf(delta), space: false };
    }
    if (typeof change === 'string') {
        return { kind: 'insert', start, end: start + [...change].length, space: /\s$/.test(change) };
    }
    // Backspace ends where the next one starts; Delete stays where it is.
    const length = typeof change === 'object' ? change.d : 0;
    return { kind: 'delete', start: start + length, end: start, space: false };
}

/**
 * Steps over a change of somebody else, the latest first: each is meant for the text after the ones above it.
 *
 * @param {Step[]} steps
 * @param {Delta} delta
 * @returns {Step[]}
 */
function moved(steps, delta) {
    /** @type {Step[]} */
    const result = [];
    let over = delta;
    for (const { back } of steps.toReversed()) {
        const kept = transform(back, over, 'right');
        over = transform(over, back, 'left');
        if (kept.length > 0) {
            result.push({ back: kept });
        }
    }
    return result.reverse();
}
