// @ts-check
/**
 * What a page must keep to lose nothing: everything that is not acknowledged or not decided, as JSON.
 *
 * Owns that shape. With the changes goes the part of the replica that they stand on, so that a page without the rest can put
 * them on a form that it reads anew. Must not know where it is stored.
 *
 * Whoever stores it must do so before a submit leaves the page, else a change that was sent could be sent once more under another number.
 *
 * @module
 */

import { Document } from '../document/document.js';
import { addressOf, rowOf } from '../document/operations.js';
import { Inflight } from './inflight.js';
import { Change, Pending } from './pending.js';

/** @typedef {import('../document/document.js').Snapshot} Snapshot */
/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('./inflight.js').KeptInflight} KeptInflight */
/** @typedef {import('./refusals.js').KeptRefusal} KeptRefusal */
/** @typedef {import('./workspace.js').Workspace} Workspace */
/** @typedef {{clientId: string, seq: number, base: number | null}} PageState */
/**
 * @typedef {PageState & {
 *   inflight: KeptInflight | null,
 *   pending: {op: Op, tries: number}[],
 *   refusals: KeptRefusal[],
 *   ground: Snapshot,
 * }} Kept `ground`: what is committed of the fields and rows that the rest is about
 */

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
 * @param {Workspace} workspace of a page that has not joined yet
 * @param {Kept} kept
 */
export function restore({ local, refusals, view }, kept) {
    local.pending = new Pending(kept.pending.map(({ op, tries }) => new Change(op, tries)));
    local.inflight = kept.inflight === null ? null : Inflight.restored(kept.inflight);
    view.document = Document.fromSnapshot(kept.ground, kept.base ?? 0);
    view.rowsChanged(null);
    refusals.restore(kept.refusals);
}

/**
 * @param {Op[]} ops
 * @param {Document} document
 * @returns {Snapshot}
 */
function groundOf(ops, document) {
    const fields = ops.map(addressOf).filter((address) => address !== null && address.table === undefined);
    const values = fields.map((address) => [address?.field, address && document.cell(address)]).filter(([, cell]) => cell);
    /** @type {Map<string, Set<string>>} */
    const rows = new Map();
    for (const row of ops.map(rowOf).filter((each) => each !== null)) {
        rows.set(row.table, (rows.get(row.table) ?? new Set()).add(row.row));
    }
    const tables = [...rows].map(([table, ids]) => {
        const there = [...ids].filter((id) => document.hasRow(table, id));
        return [table, there.map((id) => document.row(table, id))];
    });
    return { values: Object.fromEntries(values), tables: Object.fromEntries(tables) };
}
