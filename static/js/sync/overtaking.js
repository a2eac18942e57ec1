// @ts-check
/**
 * What was kept of a tab may be older than what the tab has sent since: power fails, a browser dies as it writes.
 *
 * Owns what becomes of the changes that waited then, when an op arrives that this very tab sent later. It was made on top
 * of them: they are in it, and would be doubled if they were sent again (C3). A text of which that is not certain becomes
 * a refusal: nothing is dropped that may be missing, and nothing is sent twice.
 *
 * @module
 */

import { addressOf, keyOf, rowKeyOf } from '../document/operations.js';
import { compose, diff } from '../document/text.js';

/** @typedef {import('../document/operations.js').Delta} Delta */
/** @typedef {import('../document/operations.js').EditOp} EditOp */
/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('../document/operations.js').RowOp} RowOp */
/** @typedef {import('../document/operations.js').SetOp} SetOp */
/** @typedef {import('./workspace.js').Stamp} Stamp */
/** @typedef {import('./workspace.js').Workspace} Workspace */

const UNSURE = 'Perhaps this was saved before: please compare.';

/**
 * Takes in an applied op that this tab sent after what was kept of it. The submit under way then has been judged,
 * so what is open of it here was refused: it was made again in this op, or it is still refused.
 *
 * @param {Workspace} workspace
 * @param {Op} op
 * @param {Stamp} stamp
 */
export function overtake(workspace, op, stamp) {
    const kept = op.kind === 'edit' ? keptOf(workspace, op) : null;
    if (op.kind === 'set') {
        letGo(workspace, op);
    } else if (op.kind !== 'edit') {
        dropRow(workspace, op);
    }
    workspace.commitForeign(op, stamp);
    if (op.kind === 'edit' && kept !== null) {
        compare(workspace, op, kept);
    }
}

/**
 * @param {Workspace} workspace
 * @param {SetOp} op
 */
function letGo(workspace, op) {
    const { inflight } = workspace.local;
    const sent = inflight?.open.at(keyOf(op)) ?? null;
    const refused = workspace.refusals.at(keyOf(op));
    if (sent !== null) {
        inflight?.settle(sent);
    }
    workspace.dropPendingAt(keyOf(op));
    if (refused?.op.kind === 'set') {
        workspace.refusals.settle(refused); // it was decided: else nothing could have been set there
    }
}

/**
 * @param {Workspace} workspace
 * @param {RowOp} op
 */
function dropRow(workspace, op) {
    const { inflight, pending } = workspace.local;
    const sent = inflight?.open.rowChange(rowKeyOf(op), op.kind) ?? null;
    const change = pending.rowChange(rowKeyOf(op), op.kind);
    if (sent !== null) {
        inflight?.settle(sent);
    }
    if (change !== null) {
        workspace.dropPending(change);
    }
}

/**
 * What was typed into a text and not known to be saved, as one edit.
 *
 * @param {Workspace} workspace
 * @param {EditOp} op
 * @returns {Delta | null}
 */
function keptOf({ local: { inflight, pending } }, op) {
    const [sent, waiting] = [inflight?.open.delta(keyOf(op)) ?? null, pending.delta(keyOf(op))];
    return sent === null || waiting === null ? (sent ?? waiting) : compose(sent, waiting);
}

/**
 * @param {Workspace} workspace
 * @param {EditOp} op
 * @param {Delta} kept what had been typed into this text
 */
function compare(workspace, op, kept) {
    const { local, view } = workspace;
    const { inflight } = local;
    const address = /** @type {import('../document/operations.js').Address} */ (addressOf(op));
    const isThere = holds(op.delta, kept);
    const mine = view.value(address);
    const sent = inflight?.open.at(keyOf(op)) ?? null;
    const left = local.pending.delta(keyOf(op));
    workspace.dropPendingAt(keyOf(op));
    if (sent !== null && isThere) {
        inflight?.settle(sent);
    } else if (sent !== null) {
        inflight?.hide(sent); // the answer to it will say that it was refused
    }
    workspace.emit({ type: 'text', address, delta: diff(mine, view.value(address)), by: null, own: true });
    if (left !== null && !isThere) {
        workspace.refuse({ ...op, delta: left }, { code: 'stale', message: UNSURE }, { mine, delta: null });
    }
}

/**
 * Whether all that an edit inserts is inserted by another one, too, in that order.
 *
 * @param {Delta} later
 * @param {Delta} earlier
 */
function holds(later, earlier) {
    const text = inserted(later).join('');
    let from = 0;
    for (const piece of inserted(earlier)) {
        const at = text.indexOf(piece, from);
        if (at < 0) {
            return false;
        }
        from = at + piece.length;
    }
    return true;
}

/**
 * @param {Delta} delta
 * @returns {string[]}
 */
function inserted(delta) {
    return delta.filter((component) => typeof component === 'string');
}
