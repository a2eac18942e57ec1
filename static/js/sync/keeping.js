// @ts-check
/**
 * What a page must keep to lose nothing: everything that is not acknowledged or not decided, as JSON.
 *
 * Owns that shape. With the changes goes the part of the replica that they stand on, so that a page without the rest
 * can put them on a form that it reads anew. Must not know where it is stored.
 *
 * Whoever stores it must do so before a submit leaves the page, else a change that was sent could be sent once more
 * under another number.
 *
 * @module
 */

import { Document } from '../document/document.js';
import { rowKeyOf, rowOf } from '../document/operations.js';
import { Inflight } from './inflight.js';
import { Change, Pending } from './pending.js';

/** @typedef {import('../document/document.js').Snapshot} Snapshot */
/** @typedef {import('../document/document.js').StoredRow} StoredRow */
/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('./inflight.js').KeptInflight} KeptInflight */
/** @typedef {import('./refusals.js').KeptRefusal} KeptRefusal */
/** @typedef {import('./workspace.js').Workspace} Workspace */
/** @typedef {{clientId: string, seq: number, base: number | null}} PageState */
/**
 * @typedef {Snapshot & {hidden: Record<string, StoredRow[]>}} Ground `hidden`: removed rows, by table
 * @typedef {PageState & {
 *   inflight: KeptInflight | null,
 *   pending: {op: Op, tries: number}[],
 *   refusals: KeptRefusal[],
 *   ground: Ground,
 * }} Kept `ground`: what is committed of the fields and rows that the rest is about
 */

const NEVER_WRITTEN = Object.freeze({ value: null, version: 0, by: null, at: null });

/**
 * @param {Workspace} workspace
 * @param {PageState} page
 * @returns {Kept}
 */
export function keep({ local, refusals, view }, page) {
    const pending = [...local.pending].map(({ op, tries }) => ({ op, tries }));
    const inflight = local.inflight?.keep() ?? null;
    const kept = refusals.keep();
    const ops = [...pending, ...(inflight?.open ?? []), ...kept].map(({ op }) => op);
    return { ...page, inflight, pending, refusals: kept, ground: groundOf(ops, view.document) };
}

/**
 * How many changes are kept.
 *
 * @param {Kept} kept
 */
export function sizeOf({ inflight, pending, refusals }) {
    return (inflight?.open.length ?? 0) + pending.length + refusals.length;
}

/**
 * @param {Workspace} workspace of a page that has not joined yet
 * @param {Kept} kept
 */
export function restore({ local, refusals, view }, kept) {
    local.pending = new Pending(kept.pending.map(({ op, tries }) => new Change(op, tries)));
    local.inflight = kept.inflight === null ? null : Inflight.restored(kept.inflight);
    view.document = Document.ofPart(kept.ground, kept.ground.hidden, kept.base ?? 0);
    view.rowsChanged(null);
    refusals.restore(kept.refusals);
}

/**
 * The part of the replica that some ops are about, nothing in it left out: what it does not tell was never written.
 *
 * @param {Op[]} ops
 * @param {Document} document
 * @returns {Ground}
 */
function groundOf(ops, document) {
    /** @type {Ground} */
    const ground = { values: {}, tables: {}, hidden: {} };
    const seen = new Set();
    for (const op of ops) {
        const row = rowOf(op);
        if (row === null) {
            const { field } = /** @type {import('../document/operations.js').CellOp} */ (op);
            ground.values[field] = document.cell({ field }) ?? NEVER_WRITTEN;
        } else if (!seen.has(rowKeyOf(row)) && document.knowsRow(row.table, row.row)) {
            seen.add(rowKeyOf(row));
            const rows = document.hasRow(row.table, row.row) ? ground.tables : ground.hidden;
            (rows[row.table] ??= []).push(/** @type {StoredRow} */ (document.row(row.table, row.row)));
        }
    }
    return ground;
}
