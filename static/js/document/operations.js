// @ts-check
/**
 * The operations of the protocol as plain objects: their shapes, and where each one works.
 *
 * Owns addresses and the questions one asks an op. Knows nothing of values, versions, or whether an op may be applied.
 *
 * @typedef {{field: string, table?: undefined, row?: undefined}} FieldAddress
 * @typedef {{table: string, row: string, field: string}} CellAddress
 * @typedef {FieldAddress | CellAddress} Address
 *
 * @typedef {number | string | {d: number}} Component
 * @typedef {Component[]} Delta
 *
 * @typedef {Address & {kind: 'set', value: any}} SetOp
 * @typedef {Address & {kind: 'edit', delta: Delta}} EditOp
 * @typedef {{kind: 'add_row', table: string, row: string, after: string | null, values?: Record<string, any>}} AddRowOp
 * @typedef {{kind: 'remove_row', table: string, row: string}} RemoveRowOp
 * @typedef {{kind: 'restore_row', table: string, row: string, after?: string | null,
 *   values?: Record<string, any>}} RestoreRowOp
 * @typedef {{kind: 'move_row', table: string, row: string, after: string | null}} MoveRowOp
 * @typedef {SetOp | EditOp} CellOp
 * @typedef {AddRowOp | RemoveRowOp | RestoreRowOp | MoveRowOp} RowOp
 * @typedef {CellOp | RowOp} Op
 */

/**
 * A field or a cell as a string that no other address has: for maps. Keys of the definition hold no slash, nor do row
 * ids.
 *
 * @param {{table?: string, row?: string, field: string}} at an address, or an op on a cell
 * @returns {string}
 */
export function keyOf(at) {
    return at.table === undefined ? at.field : `${at.table}/${at.row}/${at.field}`;
}

/**
 * @param {{table: string, row: string}} at
 * @returns {string}
 */
export function rowKeyOf(at) {
    return `${at.table}/${at.row}`;
}

/**
 * @param {Op} op
 * @returns {op is CellOp}
 */
export function isCellOp(op) {
    return op.kind === 'set' || op.kind === 'edit';
}

/**
 * Where an op on a cell works; null for an op on a row.
 *
 * @param {Op} op
 * @returns {Address | null}
 */
export function addressOf(op) {
    return isCellOp(op) ? plainAddress(op) : null;
}

/**
 * An address with nothing else in the object.
 *
 * @param {{table?: string | null, row?: string | null, field: string}} at
 * @returns {Address}
 */
export function plainAddress({ table, row, field }) {
    return table === undefined || table === null ? { field } : { table, row: /** @type {string} */ (row), field };
}

/**
 * The row that an op needs or changes; null for a field of the form.
 *
 * @param {{table?: string, row?: string}} op an op or an address
 * @returns {{table: string, row: string} | null}
 */
export function rowOf(op) {
    return op.table === undefined || op.row === undefined ? null : { table: op.table, row: op.row };
}
