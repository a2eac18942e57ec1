// @ts-check
/**
 * What becomes of a submit when the server has answered it.
 *
 * Owns the way from a rejection to what the page shows: redone on the current base where that is no guess (`stale`,
 * `seq_reused`), dropped where somebody did the same already, kept as a refusal with everything that was typed
 * otherwise (I6).
 *
 * @module
 */

import { addressOf, isCellOp, keyOf, rowKeyOf } from '../document/operations.js';
import { compose, invert } from '../document/text.js';
import { sameValue } from '../document/values.js';

/** @typedef {import('../document/operations.js').AddRowOp} AddRowOp */
/** @typedef {import('../document/operations.js').Address} Address */
/** @typedef {import('../document/operations.js').CellOp} CellOp */
/** @typedef {import('../document/operations.js').Delta} Delta */
/** @typedef {import('../document/operations.js').EditOp} EditOp */
/** @typedef {import('../document/operations.js').RowOp} RowOp */
/** @typedef {import('../document/operations.js').SetOp} SetOp */
/** @typedef {import('./inflight.js').Inflight} Inflight */
/** @typedef {import('./pending.js').Change} Change */
/** @typedef {import('./workspace.js').Workspace} Workspace */
/** @typedef {{index: number, code: string, message: string, current?: any}} Rejection */

/** How often a change is made again on a newer base before its author is asked. */
const MOST_TRIES = 3;
const REDONE = new Set(['stale', 'seq_reused']);

/**
 * Takes in the answer to the submit under way, and ends it.
 *
 * @param {Workspace} workspace
 * @param {Rejection[]} rejected
 */
export function answer(workspace, rejected) {
    const inflight = /** @type {Inflight} */ (workspace.local.inflight);
    const rejections = new Map(rejected.map((rejection) => [rejection.index, rejection]));
    /** @type {Change[]} */
    const again = [];
    for (const { index, change } of inflight.changes()) {
        const rejection = rejections.get(index);
        if (!inflight.isOpen(change)) {
            continue; // seen committed, or part of a refusal above
        }
        if (rejection === undefined) {
            retract(workspace, inflight, change);
        } else if (REDONE.has(rejection.code) && !inflight.isHidden(change) && change.tries < MOST_TRIES) {
            change.tries += rejection.code === 'stale' ? 1 : 0;
            again.push(change);
        } else {
            reject(workspace, inflight, change, rejection);
        }
    }
    workspace.local.inflight = null;
    workspace.local.redo(again);
    workspace.view.rowsChanged(null);
    for (const { change } of inflight.changes().filter(({ change }) => !isCellOp(change.op))) {
        workspace.touched.answered.add(rowKeyOf(/** @type {RowOp} */ (change.op)));
    }
    workspace.settle();
}

/**
 * Takes a change off the view that is committed, but not as this page expected: what is committed shows it.
 *
 * @param {Workspace} workspace
 * @param {Inflight} inflight
 * @param {Change} change
 */
function retract(workspace, inflight, change) {
    const address = addressOf(change.op);
    if (inflight.isHidden(change)) {
        inflight.settle(change);
        return;
    }
    if (address === null) {
        inflight.settle(change);
        workspace.rowsChanged(/** @type {RowOp} */ (change.op).table, null, true);
        return;
    }
    redraw(workspace, address, () =>
        workspace.local.withdraw(change, keyOf(address), workspace.view.confirmed(address) ?? ''),
    );
}

/**
 * @param {Workspace} workspace
 * @param {Inflight} inflight
 * @param {Change} change
 * @param {Rejection} rejection
 */
function reject(workspace, inflight, change, rejection) {
    const { op } = change;
    switch (op.kind) {
        case 'set':
            rejectSet(workspace, inflight, change, op, rejection);
            break;
        case 'edit':
            rejectEdit(workspace, inflight, change, op, rejection);
            break;
        case 'add_row':
            rejectRow(workspace, inflight, change, op, rejection);
            break;
        default:
            inflight.settle(change);
            if (!isDone(workspace, op, rejection.code)) {
                workspace.refuse(op, rejection);
            }
            workspace.rowsChanged(op.table, null, true);
    }
}

/**
 * @param {Workspace} workspace
 * @param {Inflight} inflight
 * @param {Change} change
 * @param {SetOp} op
 * @param {Rejection} rejection
 */
function rejectSet(workspace, inflight, change, op, rejection) {
    const key = keyOf(op);
    const later = workspace.local.pending.at(key);
    inflight.settle(change);
    if (later !== null && !['conflict', 'gone'].includes(rejection.code)) {
        return; // the person has put another value in its place already: that one is to be judged
    }
    if (later !== null) {
        workspace.dropPending(later);
    }
    const mine = later === null ? op.value : /** @type {SetOp} */ (later.op).value;
    const address = /** @type {Address} */ (addressOf(op));
    if (rejection.code !== 'conflict' || !sameValue(mine, rejection.current?.value ?? null)) {
        workspace.refuse(op, rejection, { mine });
    }
    workspace.emit({ type: 'value', address, by: null, own: true });
}

/**
 * A text is shown without what was refused. What was typed on top of that is part of it: both are in the refusal.
 *
 * @param {Workspace} workspace
 * @param {Inflight} inflight
 * @param {Change} change
 * @param {EditOp} op
 * @param {Rejection} rejection
 */
function rejectEdit(workspace, inflight, change, op, rejection) {
    const key = keyOf(op);
    const address = /** @type {Address} */ (addressOf(op));
    if (inflight.isHidden(change)) {
        inflight.settle(change);
        workspace.refuse(op, rejection, { delta: null });
        return;
    }
    const delta = compose(op.delta, workspace.local.pending.delta(key) ?? []);
    redraw(workspace, address, () => {
        inflight.settle(change);
        workspace.dropPendingAt(key);
        return invert(delta, workspace.view.confirmed(address) ?? '');
    });
    workspace.refuse({ ...op, delta }, rejection);
}

/**
 * A row that could not be added goes, and what was typed into it is kept in one refusal.
 *
 * @param {Workspace} workspace
 * @param {Inflight} inflight
 * @param {Change} change
 * @param {AddRowOp} op
 * @param {Rejection} rejection
 */
function rejectRow(workspace, inflight, change, op, rejection) {
    const { local, view } = workspace;
    const rowKey = rowKeyOf(op);
    const changes = [...inflight.open.ofRow(rowKey), ...local.pending.ofRow(rowKey)];
    const cells = changes.map(({ op: each }) => addressOf(each)).filter((address) => address !== null);
    const typed = Object.fromEntries(cells.map((address) => [address.field, view.value(address)]));
    inflight.settle(change);
    for (const each of changes) {
        inflight.settle(each);
        local.pending.remove(each);
    }
    local.pending.standInstead(op.table, op.row, op.after);
    workspace.refuse(op, rejection, { mine: typed });
    workspace.rowsChanged(op.table, null, true);
}

/**
 * Whether what the person wanted with a row is the case although the op was refused.
 *
 * @param {Workspace} workspace
 * @param {RowOp} op
 * @param {string} code
 */
function isDone({ view }, op, code) {
    const isThere = view.document.hasRow(op.table, op.row);
    return (
        (op.kind === 'remove_row' && code === 'gone') || (op.kind === 'restore_row' && code === 'invalid' && isThere)
    );
}

/**
 * Changes what is behind a shown value, and tells the page what that does to it.
 *
 * @param {Workspace} workspace
 * @param {Address} address
 * @param {() => Delta} change tells what it does to a shown text
 */
function redraw(workspace, address, change) {
    const delta = change();
    workspace.history.followed(address, delta);
    if (!workspace.view.isThere(address)) {
        return;
    }
    if (delta.length > 0) {
        workspace.emit({ type: 'text', address, delta, by: null, own: true });
    } else {
        workspace.emit({ type: 'value', address, by: null, own: true });
    }
}
