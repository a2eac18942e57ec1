// @ts-check
/**
 * Takes the last change of this page's person back, or does again what was taken back.
 *
 * Owns how a step becomes an ordinary change of the form, which is sent, merged, refused and kept like any other, and
 * what is told instead where it is not to be made. Must not know the stacks.
 *
 * @module
 */

import { addressOf, keyOf } from '../../document/operations.js';

/** @typedef {import('../../document/operations.js').Address} Address */
/** @typedef {import('../../document/operations.js').Op} Op */
/** @typedef {import('../types.js').Turned} Turned */
/** @typedef {import('../types.js').Untouched} Untouched */
/** @typedef {import('../workspace.js').Workspace} Workspace */
/** @typedef {import('./steps.js').Step} Step */

/**
 * @param {Workspace} workspace
 * @param {'undo' | 'redo'} way
 * @returns {Turned | null} null: there is nothing left
 */
export function turn(workspace, way) {
    return workspace.history.turn(
        way,
        (op) => make(workspace, op),
        (step) => whyNot(workspace, step),
    );
}

/**
 * @param {Workspace} workspace
 * @param {Op} op
 */
function make(workspace, op) {
    const address = /** @type {Address} */ (addressOf(op)); // of an op on a row none, and none is asked for
    if (op.kind === 'set') {
        workspace.set(address, op.value);
        workspace.emit({ type: 'value', address, by: null, own: true });
        return;
    }
    workspace.act(op);
    if (op.kind === 'edit') {
        workspace.emit({ type: 'text', address, delta: op.delta, by: null, own: true });
    }
}

/**
 * @param {Workspace} workspace
 * @param {Step} step
 * @returns {Untouched | null}
 */
function whyNot({ refusals, view }, { op, overtaken }) {
    if (overtaken !== null) {
        return { why: 'changed', by: overtaken.by };
    }
    if (op.kind === 'set' && refusals.at(keyOf(op)) !== null) {
        return { why: 'refused', by: null }; // to be decided, not to be written over (I6)
    }
    if (op.kind === 'move_row' && op.after !== null && !view.hasPlace(op.table, op.after)) {
        return { why: 'gone', by: null };
    }
    return null;
}
