// @ts-check
/**
 * What becomes of a refusal when its author decides.
 *
 * Owns the two ways out: once more, as a new change on what stands there now; or not at all. Must not know how anything
 * is sent.
 *
 * @module
 */

import { addressOf, keyOf, plainAddress } from '../document/operations.js';
import { diff } from '../document/text.js';

/** @typedef {import('../document/operations.js').AddRowOp} AddRowOp */
/** @typedef {import('../document/operations.js').Address} Address */
/** @typedef {import('../document/operations.js').EditOp} EditOp */
/** @typedef {import('../document/operations.js').RowOp} RowOp */
/** @typedef {import('./refusals.js').KeptRefusal} KeptRefusal */
/** @typedef {import('./workspace.js').Workspace} Workspace */

/**
 * Makes the refused change again. A row that it needs and that is gone is restored for it.
 *
 * @param {Workspace} workspace
 * @param {KeptRefusal} kept
 * @param {() => string} newRowId
 */
export function insist(workspace, kept, newRowId) {
    const { op } = kept;
    const address = addressOf(op);
    workspace.refusals.settle(kept);
    if (address !== null) {
        bringBack(workspace, address);
    }
    switch (op.kind) {
        case 'set':
            workspace.set(/** @type {Address} */ (address), kept.mine);
            workspace.emit({ type: 'value', address: /** @type {Address} */ (address), by: null, own: true });
            break;
        case 'edit':
            putIn(workspace, /** @type {Address} */ (address), kept);
            break;
        case 'add_row':
            addAgain(workspace, op, kept, newRowId);
            break;
        default:
            actIfUseful(workspace, op);
    }
}

/**
 * Lets a refused change go: the page shows what stands there.
 *
 * @param {Workspace} workspace
 * @param {KeptRefusal} kept
 */
export function giveUp(workspace, kept) {
    workspace.refusals.settle(kept);
    if (kept.op.kind === 'set') {
        const address = /** @type {Address} */ (addressOf(kept.op));
        workspace.emit({ type: 'value', address, by: null, own: true });
    }
}

/**
 * @param {Workspace} workspace
 * @param {Address} address
 */
function bringBack(workspace, address) {
    if (address.table !== undefined && !workspace.view.hasRow(address.table, address.row)) {
        workspace.act({ kind: 'restore_row', table: address.table, row: address.row });
    }
}

/**
 * Puts a refused text in again: its own edit where it is known where that belongs, else the smallest one towards it.
 *
 * @param {Workspace} workspace
 * @param {Address} address
 * @param {KeptRefusal} refused
 */
function putIn(workspace, address, { delta: refused, mine }) {
    const { local, view } = workspace;
    const delta = refused === null ? diff(view.value(address), mine) : local.lift(keyOf(address), refused);
    if (delta.length > 0) {
        workspace.act({ kind: 'edit', ...plainAddress(address), delta });
        workspace.emit({ type: 'text', address, delta, by: null, own: true });
    }
}

/**
 * The row once more, with what was typed into it; under another id where the first one may have been the trouble.
 *
 * @param {Workspace} workspace
 * @param {AddRowOp} op
 * @param {KeptRefusal} kept
 * @param {() => string} newRowId
 */
function addAgain(workspace, op, { code, mine }, newRowId) {
    const { table } = op;
    const row = code === 'invalid' ? newRowId() : op.row;
    const rows = workspace.view.rows(table);
    const after = op.after === null || workspace.view.hasRow(table, op.after) ? op.after : (rows.at(-1) ?? null);
    workspace.act({ kind: 'add_row', table, row, after });
    for (const [field, value] of Object.entries(mine ?? {})) {
        fill(workspace, { table, row, field }, value);
    }
}

/**
 * @param {Workspace} workspace
 * @param {Address} address
 * @param {any} value
 */
function fill(workspace, address, value) {
    if (!workspace.view.merges(address)) {
        workspace.set(address, value);
        return;
    }
    const delta = diff(workspace.view.value(address), value);
    if (delta.length > 0) {
        workspace.act({ kind: 'edit', ...plainAddress(address), delta });
    }
}

/**
 * @param {Workspace} workspace
 * @param {RowOp} op
 */
function actIfUseful(workspace, op) {
    const isThere = workspace.view.hasRow(op.table, op.row);
    if (isThere !== (op.kind === 'restore_row')) {
        workspace.act(op);
    }
}
