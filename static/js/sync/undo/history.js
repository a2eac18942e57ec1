// @ts-check
/**
 * What this page's person can undo and redo: their own changes, in the order of time, wherever in the form they were.
 *
 * Owns the two stacks, and keeps every step right under what others do. Must not know the page, nor how a step is
 * made: taking one back is an ordinary change, and what takes *that* back lands on the other stack. So redo is the
 * undo of the undo.
 *
 * Why not the browser's undo: no browser keeps it over a change made by a script (Chromium goes deaf for what was
 * typed before it), it knows one text field and no row, and a colleague's words would be steps of mine.
 *
 * Nothing is guessed: a text of which nobody can say by which edits it became what it is has no steps any more, nor has
 * a form that was read anew. The stacks are in memory only and do not survive a reload.
 */

import { keyOf, rowKeyOf } from '../../document/operations.js';
import { TextError, apply, compose, transformPosition } from '../../document/text.js';
import { isOfUse, moveOver, overtakes, stepBack } from './steps.js';
import { Edge, shapeOf } from './typing.js';

/** @typedef {import('../../document/operations.js').Address} Address */
/** @typedef {import('../../document/operations.js').Delta} Delta */
/** @typedef {import('../../document/operations.js').EditOp} EditOp */
/** @typedef {import('../../document/operations.js').Op} Op */
/** @typedef {import('../types.js').User} User */
/** @typedef {import('../view.js').View} View */
/** @typedef {import('./steps.js').Step} Step */
/** @typedef {import('./typing.js').Typing} Typing */
/** @typedef {'undo' | 'redo'} Way */

const MOST_STEPS = 300;
const OTHER_WAY = /** @type {const} */ ({ undo: 'redo', redo: 'undo' });

export class History {
    /** @type {Record<Way, Step[]>} what each way would take back, the last first */
    #stacks = { undo: [], redo: [] };
    /** @type {Map<string, string>} the texts that have steps, as these expect them */
    #texts = new Map();
    /** @type {{step: Step, end: Edge} | null} what is typed on from here belongs to that step */
    #edge = null;
    /** @type {Way | null} what is being done now */
    #turning = null;
    /** @type {object | null} */
    #group = null;
    #view;
    #changed;
    #told = 'false false';

    /**
     * @param {View} view
     * @param {() => void} changed whether there is something to undo, or to redo, is another matter now
     */
    constructor(view, changed) {
        this.#view = view;
        this.#changed = changed;
    }

    /** @param {Way} way */
    can(way) {
        return this.#stacks[way].length > 0;
    }

    // --- what is done here -------------------------------------------------------------------------

    /**
     * To be called when a change is about to be made here.
     *
     * @param {Op} op
     * @param {Typing} [typing]
     */
    record(op, typing = {}) {
        if (op.kind === 'edit') {
            this.#expect(op);
            if (typing.silent) {
                this.#follow(op, op.delta);
                return this.#tell();
            }
        }
        const step = stepBack(op, this.#view, this.#group);
        if (op.kind === 'edit') {
            this.#texts.set(step.key, apply(this.#view.value(op), op.delta));
        }
        if (this.#turning !== null) {
            this.#push(OTHER_WAY[this.#turning], step);
        } else if (!this.#isTakenBack(op)) {
            this.#add(step, op, typing);
        }
        this.#tell();
    }

    /**
     * What is done in here is taken back together.
     *
     * @param {() => void} work
     */
    together(work) {
        const outer = this.#group;
        this.#group ??= {};
        try {
            work();
        } finally {
            this.#group = outer;
        }
    }

    // --- what becomes of it ------------------------------------------------------------------------

    /**
     * Somebody else changed the form.
     *
     * @param {Op} op an edit as it reads on what is shown
     * @param {User | null} by
     */
    foreign(op, by) {
        if (op.kind === 'edit') {
            this.followed(op, op.delta);
        }
        for (const step of [...this.#stacks.undo, ...this.#stacks.redo]) {
            if (overtakes(step, op)) {
                step.overtaken = { by };
            }
        }
    }

    /**
     * A text changed, and it was no step.
     *
     * @param {Address} address
     * @param {Delta} delta
     */
    followed(address, delta) {
        this.#follow(address, delta);
        this.#tell();
    }

    /** The form was read anew, and nobody knows what happened to it in between. */
    clear() {
        this.#stacks.undo.length = 0;
        this.#stacks.redo.length = 0;
        this.#texts.clear();
        this.#tell();
    }

    // --- taking back -------------------------------------------------------------------------------

    /**
     * Takes the last change back that can be: what others have changed since, and what is refused, is told instead.
     *
     * @param {Way} way
     * @param {(op: Op) => void} make makes a change
     * @param {(step: Step) => import('../types.js').Untouched | null} mind what speaks against it
     * @returns {import('../types.js').Turned | null} null: nothing was left
     */
    turn(way, make, mind) {
        const stack = this.#stacks[way];
        this.#edge = null;
        try {
            for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
                if (!this.#isSure(step) || !isOfUse(step, this.#view)) {
                    continue;
                }
                const against = mind(step);
                if (against !== null) {
                    this.#leave(way, step, against);
                    return { op: step.op, against };
                }
                return { op: this.#make(way, step, make), against: null };
            }
            return null;
        } finally {
            this.#tell();
        }
    }

    /**
     * @param {Way} way
     * @param {Step} first
     * @param {(op: Op) => void} make
     * @returns {Op} the last that was made
     */
    #make(way, first, make) {
        const stack = this.#stacks[way];
        let last = first.op;
        this.#turning = way;
        try {
            this.together(() => {
                make(first.op);
                while (first.group !== null && stack.at(-1)?.group === first.group) {
                    const step = /** @type {Step} */ (stack.pop());
                    if (step.overtaken === null && this.#isSure(step) && isOfUse(step, this.#view)) {
                        make(step.op);
                        last = step.op;
                    }
                }
            });
        } finally {
            this.#turning = null;
        }
        return last;
    }

    /**
     * What somebody else has changed since is not taken back any more, nor what was done to the same before. A refusal
     * will be decided: its step stays.
     *
     * @param {Way} way
     * @param {Step} step
     * @param {import('../types.js').Untouched} against
     */
    #leave(way, step, { why }) {
        if (why === 'refused') {
            this.#stacks[way].push(step);
        } else {
            drop(this.#stacks[way], (each) => each.overtaken !== null && each.key === step.key);
        }
    }

    // --- the stacks --------------------------------------------------------------------------------

    /**
     * @param {Step} step
     * @param {Op} op
     * @param {Typing} typing
     */
    #add(step, op, typing) {
        this.#stacks.redo.length = 0;
        const shape = op.kind === 'edit' ? shapeOf(op.delta) : null;
        const before = this.#edge;
        const goesOn = before !== null && isSameWork(before.step, step) && before.end.isFollowedBy(shape, typing);
        if (goesOn && before.step === this.#stacks.undo.at(-1)) {
            extend(before.step, step);
            step = before.step;
        } else {
            this.#push('undo', step);
        }
        this.#edge = op.kind === 'edit' || op.kind === 'set' ? { step, end: new Edge(shape, typing.time) } : null;
        drop(this.#stacks.undo, (each) => each.isEmpty);
    }

    /**
     * @param {Way} way
     * @param {Step} step
     */
    #push(way, step) {
        this.#stacks[way].push(step);
        if (this.#stacks[way].length > MOST_STEPS) {
            this.#stacks[way].shift();
        }
    }

    /**
     * Whether an op takes a removal back by another way than undo: a step less, in place of one more.
     *
     * @param {Op} op
     */
    #isTakenBack(op) {
        const stack = this.#stacks.undo;
        const at =
            op.kind === 'restore_row'
                ? stack.findLastIndex((step) => step.op.kind === 'restore_row' && step.key === rowKeyOf(op))
                : -1;
        if (at < 0) {
            return false;
        }
        stack.splice(at, 1);
        this.#stacks.redo.length = 0;
        this.#edge = null;
        return true;
    }

    // --- texts -------------------------------------------------------------------------------------

    /**
     * @param {Address} address
     * @param {Delta} delta
     */
    #follow(address, delta) {
        const key = keyOf(address);
        const text = this.#texts.get(key);
        if (text === undefined) {
            return;
        }
        try {
            this.#texts.set(key, apply(text, delta));
        } catch (error) {
            if (!(error instanceof TextError)) {
                throw error;
            }
            this.#forget(key);
            return;
        }
        for (const stack of Object.values(this.#stacks)) {
            moveOver(stack, key, delta);
            drop(stack, (step) => step.isEmpty);
        }
        if (this.#edge?.step.key === key) {
            this.#edge.end.moveOver((position) => transformPosition(position, delta));
        }
    }

    /**
     * A text without steps need not be followed; one that is not what its steps expect loses them.
     *
     * @param {EditOp} op
     */
    #expect(op) {
        const key = keyOf(op);
        if (this.#texts.has(key) && this.#texts.get(key) !== this.#view.value(op)) {
            this.#forget(key);
        }
    }

    /** @param {Step} step */
    #isSure({ op, key }) {
        if (op.kind === 'edit' && this.#view.isThere(op)) {
            this.#expect(op);
            return this.#texts.has(key);
        }
        return true;
    }

    /** @param {string} key */
    #forget(key) {
        this.#texts.delete(key);
        for (const stack of Object.values(this.#stacks)) {
            drop(stack, (step) => step.op.kind === 'edit' && step.key === key);
        }
    }

    #tell() {
        const now = `${this.can('undo')} ${this.can('redo')}`;
        if (now !== this.#told) {
            this.#told = now;
            this.#changed();
        }
    }
}

/**
 * @param {Step} last
 * @param {Step} step
 */
function isSameWork(last, step) {
    return last.key === step.key && last.op.kind === step.op.kind && last.overtaken === null;
}

/**
 * @param {Step} last
 * @param {Step} step the one after it
 */
function extend(last, step) {
    if (last.op.kind === 'edit' && step.op.kind === 'edit') {
        last.op = { ...last.op, delta: compose(step.op.delta, last.op.delta) };
    }
    last.left = step.left;
}

/**
 * @param {Step[]} stack
 * @param {(step: Step) => boolean} isOver
 */
function drop(stack, isOver) {
    for (let at = stack.length - 1; at >= 0; at -= 1) {
        if (isOver(stack[at])) {
            stack.splice(at, 1);
        }
    }
}
