// @ts-check
/**
 * Puts the local changes on a form that was read anew, when nobody can say what was committed in between.
 *
 * Owns what may be concluded from two states alone: a value changed or did not; a row is there or is not; a text that
 * is the one the person typed on takes the edit, any other does not. Nothing is guessed (C9): what finds no place is a
 * refusal with both texts.
 *
 * @module
 */

import { addressOf, keyOf, rowKeyOf, rowOf } from '../document/operations.js';
import { sameValue } from '../document/values.js';
import { View } from './view.js';

/** @typedef {import('../document/document.js').Document} Document */
/** @typedef {import('../document/document.js').StoredCell} StoredCell */
/** @typedef {import('../document/document.js').StoredRow} StoredRow */
/** @typedef {import('../document/operations.js').Address} Address */
/** @typedef {import('../document/operations.js').EditOp} EditOp */
/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('./pending.js').Change} Change */
/** @typedef {import('./workspace.js').Workspace} Workspace */

const UNPLACED = 'This could not be merged with what was changed meanwhile.';

/**
 * @param {Workspace} workspace
 * @param {Document} document what is committed now
 * @param {{judged: boolean, isMine: (n: number | null) => boolean}} facts whether the submit under way was judged
 *   before that was read: then what was accepted of it is in it; and whose changes are no news
 */
export function rebase(workspace, document, { judged, isMine }) {
    const { history, local, refusals, view } = workspace;
    history.clear();
    noteTouched(workspace, view.document, document, isMine);
    refusals.forgetDeltas();
    const ahead = new View(local);
    ahead.document = document;
    ahead.definition = view.definition;
    const lost = [...local.pending].filter(({ op }) => isEdit(op) && !keepsItsText(workspace, ahead, op, judged));
    const typed = lost.map(({ op }) => view.value(/** @type {EditOp} */ (op)));
    hideUnplaced(workspace, ahead, judged);
    for (const [index, change] of lost.entries()) {
        local.pending.remove(change);
        workspace.refuse(change.op, { code: 'stale', message: UNPLACED }, { mine: typed[index], delta: null });
    }
    view.document = document;
    view.rowsChanged(null);
    workspace.settle();
}

/**
 * @param {Workspace} workspace
 * @param {Document} before
 * @param {Document} after
 * @param {(n: number | null) => boolean} isMine
 */
function noteTouched({ local, touched }, before, after, isMine) {
    for (const { op } of local.pending) {
        const address = addressOf(op);
        const row = rowOf(op);
        if (address !== null && isOthersNews(before.cell(address), after.cell(address), isMine)) {
            touched.cells.add(keyOf(address));
        }
        if (row === null) {
            continue;
        }
        touched.answered.add(rowKeyOf(row));
        if (newest(before.row(row.table, row.row)) < newest(after.row(row.table, row.row))) {
            touched.rows.add(rowKeyOf(row));
        }
    }
}

/**
 * @param {StoredCell | null} before
 * @param {StoredCell | null} after
 * @param {(n: number | null) => boolean} isMine
 */
function isOthersNews(before, after, isMine) {
    const changed =
        (before?.version ?? 0) !== (after?.version ?? 0) && !sameValue(before?.value ?? null, after?.value ?? null);
    return changed && !isMine(after?.by ?? null);
}

/** @param {StoredRow | null} row */
function newest(row) {
    return row === null ? 0 : Math.max(row.version, ...Object.values(row.values).map(({ version }) => version));
}

/**
 * Whether a pending edit finds the very text that it was made on.
 *
 * @param {Workspace} workspace
 * @param {View} ahead
 * @param {EditOp} op
 * @param {boolean} judged
 */
function keepsItsText({ local, view }, ahead, op, judged) {
    const key = keyOf(op);
    const inflightStays = !judged && isPlaced(view, ahead, op);
    const text = ahead.confirmed(op) ?? '';
    const base = local.below(key, view.confirmed(op)) ?? '';
    return base === (inflightStays ? local.below(key, text) : text);
}

/**
 * What is under way and has no place in what is committed now waits for its answer unseen. It is not made again under
 * another number: it may still be committed.
 *
 * @param {Workspace} workspace
 * @param {View} ahead
 * @param {boolean} judged
 */
function hideUnplaced({ local: { inflight }, view }, ahead, judged) {
    for (const { change } of inflight?.changes() ?? []) {
        const isShown = !judged && (!isEdit(change.op) || isPlaced(view, ahead, change.op));
        if (inflight?.isOpen(change) && !isShown) {
            inflight.hide(change);
        }
    }
}

/**
 * Whether a text is committed as it was.
 *
 * @param {View} view
 * @param {View} ahead
 * @param {EditOp} op
 */
function isPlaced(view, ahead, op) {
    return (view.confirmed(op) ?? '') === (ahead.confirmed(op) ?? '');
}

/**
 * @param {Op} op
 * @returns {op is EditOp}
 */
function isEdit(op) {
    return op.kind === 'edit';
}
