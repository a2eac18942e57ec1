// @ts-check
/**
 * Which changes are one step of undo: typing that goes on at its place, word by word.
 *
 * Owns what a delta looks like to the one who typed it, and the pause that ends a step. Pure; knows no form.
 *
 * @typedef {import('../../document/operations.js').Delta} Delta
 *
 * @typedef {Object} Typing How a change was made. Nothing of it: at one go, a step of its own.
 * @property {number} [time] When it was typed, in milliseconds of any clock that only rises: typing on is one step.
 * @property {boolean} [joined] Part of the change before, whatever it looks like: an input method is composing.
 * @property {boolean} [silent] Nobody's doing (what a control cannot show is cleaned away): no step.
 *
 * @typedef {{kind: 'insert' | 'delete' | 'other', start: number, end: number, space: boolean}} Shape
 */

const PAUSE = 1500;

/** Where the typing of one step ended: what is typed on from there belongs to it. */
export class Edge {
    #at;
    #shape;
    #time;

    /**
     * @param {Shape | null} shape null: a value, which is typed as a whole
     * @param {number | undefined} time
     */
    constructor(shape, time) {
        this.#shape = shape;
        this.#at = shape?.end ?? 0;
        this.#time = time;
    }

    /**
     * Somebody else changed the text.
     *
     * @param {(position: number) => number} move
     */
    moveOver(move) {
        this.#at = move(this.#at);
    }

    /**
     * Whether a change belongs to the same step: the same kind, at the same place, without a pause, the same word.
     *
     * @param {Shape | null} shape
     * @param {Typing} typing
     */
    isFollowedBy(shape, { time, joined = false }) {
        if (joined) {
            return true;
        }
        if (time === undefined || this.#time === undefined || time - this.#time > PAUSE) {
            return false;
        }
        return shape === null || this.#shape === null ? shape === this.#shape : this.#goesOn(shape, this.#shape);
    }

    /**
     * @param {Shape} shape
     * @param {Shape} last
     */
    #goesOn(shape, last) {
        if (shape.kind === 'other' || shape.kind !== last.kind) {
            return false;
        }
        const isThere = shape.start === this.#at || shape.end === this.#at;
        return isThere && !(shape.kind === 'insert' && last.space && !shape.space);
    }
}

/**
 * @param {Delta} delta
 * @returns {Shape}
 */
export function shapeOf(delta) {
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
