// @ts-check
/**
 * One step of undo: a change of this page, as the op that takes it back.
 *
 * Owns what that op is for each kind of change, how others' changes move it, and whether it may be made now. Changes
 * nothing but the step. Must not know the stacks.
 *
 * A text is taken back whatever others wrote: what leads back is moved over it. A value, a row and its place are taken
 * back only where nobody else changed them since: their change stands on top of mine, and it is not mine to undo.
 *
 * @typedef {import('../../document/operations.js').Delta} Delta
 * @typedef {import('../../document/operations.js').EditOp} EditOp
 * @typedef {import('../../document/operations.js').Op} Op
 * @typedef {import('../types.js').User} User
 * @typedef {import('../view.js').View} View
 */

import { isCellOp, keyOf, rowKeyOf } from '../../document/operations.js';
import { invert, transform } from '../../document/text.js';
import { sameValue } from '../../document/values.js';

export class Step {
    /** @type {{by: User | null} | null} who changed the same since */
    overtaken = null;

    /**
     * @param {Op} op what takes the change back
     * @param {any} left the value that the change left, where it set one
     * @param {object | null} group steps of one group are taken back together
     */
    constructor(op, left, group) {
        this.op = op;
        this.left = left;
        this.group = group;
        this.key = isCellOp(op) ? keyOf(op) : rowKeyOf(op);
    }

    /** Whether nothing is left to take back. */
    get isEmpty() {
        return (
            (this.op.kind === 'edit' && this.op.delta.length === 0) ||
            (this.op.kind === 'set' && sameValue(this.op.value ?? null, this.left ?? null))
        );
    }
}

/**
 * The step that takes a change back.
 *
 * @param {Op} op about to be made
 * @param {View} view before it is
 * @param {object | null} group
 * @returns {Step}
 */
export function stepBack(op, view, group) {
    return new Step(inverse(op, view), op.kind === 'set' ? op.value : null, group);
}

/**
 * @param {Op} op
 * @param {View} view
 * @returns {Op}
 */
function inverse(op, view) {
    switch (op.kind) {
        case 'set':
            return { ...op, value: view.value(op) };
        case 'edit':
            return { ...op, delta: invert(op.delta, view.value(op)) };
        case 'remove_row':
            return { kind: 'restore_row', table: op.table, row: op.row };
        case 'move_row':
            return { ...op, after: view.rowBefore(op.table, op.row) };
        default:
            return { kind: 'remove_row', table: op.table, row: op.row };
    }
}

/**
 * Moves the steps of one text over a change of it that is none of them, the latest first: each is meant for the text
 * as it is once those above it are taken back.
 *
 * @param {Step[]} steps of one stack, in order
 * @param {string} key
 * @param {Delta} delta
 */
export function moveOver(steps, key, delta) {
    let over = delta;
    for (const step of steps.toReversed()) {
        if (step.op.kind === 'edit' && step.key === key) {
            const back = step.op.delta;
            step.op = { ...step.op, delta: transform(back, over, 'right') };
            over = transform(over, back, 'left');
        }
    }
}

/**
 * Whether an op of somebody else changes what a step would change.
 *
 * @param {Step} step
 * @param {Op} foreign
 */
export function overtakes({ op, key }, foreign) {
    if (op.kind === 'edit') {
        return false;
    }
    if (op.kind === 'set') {
        return foreign.kind === 'set' && keyOf(foreign) === key;
    }
    if (foreign.table === undefined || rowKeyOf(/** @type {any} */ (foreign)) !== key) {
        return false;
    }
    switch (op.kind) {
        case 'remove_row': // what they wrote in it would go, too
            return foreign.kind === 'set' || foreign.kind === 'restore_row' || writes(foreign);
        case 'move_row':
            return foreign.kind === 'move_row';
        default:
            return foreign.kind === 'restore_row' || foreign.kind === 'remove_row';
    }
}

/** @param {Op} op */
function writes(op) {
    return op.kind === 'edit' && op.delta.length > 0;
}

/**
 * Whether a step has anything to take back in the form as it is now, whoever changed it.
 *
 * @param {Step} step
 * @param {View} view
 */
export function isOfUse({ op, left, overtaken }, view) {
    switch (op.kind) {
        case 'set': {
            const value = view.value(op);
            // Neither what I left nor somebody's: it was refused, or taken back as the refusal of it was decided.
            const isKnown = overtaken !== null || sameValue(value, left ?? null);
            return view.isThere(op) && isKnown && !sameValue(value, op.value ?? null);
        }
        case 'edit':
            return view.isThere(op) && op.delta.length > 0;
        case 'restore_row':
            return !view.hasRow(op.table, op.row);
        case 'move_row':
            return view.hasRow(op.table, op.row) && view.rowBefore(op.table, op.row) !== op.after;
        default:
            return view.hasRow(op.table, op.row);
    }
}
