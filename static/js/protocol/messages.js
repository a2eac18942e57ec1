// @ts-check

/**
 * Every message of the protocol as a type: plain objects, with the names they have on the wire.
 *
 * @module
 */

/** @typedef {import('../document/operations.js').Address} Address */
/** @typedef {import('../document/operations.js').Op} Op */

/** @typedef {[number, number]} Selection anchor and focus in code points; backward where the first is the greater */
/** @typedef {{id: string, name: string}} User */
/** @typedef {{client_id: string, user: User}} Client whom an n stands for */
/** @typedef {Record<string, Client>} Clients by n */

/**
 * @typedef {object} Place
 * @property {string} session
 * @property {Address | null} at
 * @property {Selection | null} selection
 * @property {number | null} [base]
 */

/** @typedef {Place & {user: User, color: number}} Person */

// --- client to server ---

/** @typedef {{type: 'join', client_id: string, since: number | null, want: 'tail' | 'snapshot' | 'both'}} Join */
/** @typedef {{type: 'submit', seq: number, base: number, ops: Op[]}} Submit */
/** @typedef {{type: 'focus', at: Address, selection: Selection | null, base: number}} Focus */
/** @typedef {{type: 'blur'}} Blur */
/** @typedef {{type: 'ping'}} Ping */
/** @typedef {Join | Submit | Focus | Blur | Ping} ClientMessage */

// --- server to client ---

/** @typedef {{value: any, version: number, by: number | null, at: string | null}} WireCell */
/** @typedef {{row: string, version: number, values: Record<string, WireCell>}} WireRow */
/** @typedef {{values: Record<string, WireCell>, tables: Record<string, WireRow[]>}} Snapshot */
/** @typedef {{id: string, title: string, status: string, template: any}} Form */

/**
 * @typedef {object} Limits
 * @property {number} frame_bytes
 * @property {number} submits_per_second
 * @property {number} burst
 * @property {number} ops_per_submit
 * @property {number} rows_per_table
 * @property {number} text_length
 */

/**
 * @typedef {object} Joined
 * @property {'joined'} type
 * @property {number} version
 * @property {number} revision
 * @property {Form} form
 * @property {Snapshot | null} snapshot
 * @property {Clients} clients
 * @property {Person[]} people
 * @property {Person} you
 * @property {string} role
 * @property {number} last_seq
 * @property {Limits} limits
 */

/** @typedef {{by: number, seq: number, op: Op, at?: string}} CommittedOp */

/**
 * @typedef {object} Committed
 * @property {'committed'} type
 * @property {number} from
 * @property {number} to inclusive; `from` - 1 where there is nothing to tell
 * @property {string | null} [at]
 * @property {Clients} [clients]
 * @property {CommittedOp[]} ops
 */

/** @typedef {{index: number, code: string, message: string, current: any}} RejectedOp */
/** @typedef {{type: 'acked', seq: number, version: number, rejected: RejectedOp[]}} Acked */
/** @typedef {{type: 'presence', joined: Person[], left: string[], changed: Place[]}} Presence */
/** @typedef {{type: 'form_changed', revision: number, status: string} & Record<string, any>} FormChanged */
/** @typedef {{type: 'pong'}} Pong */
/** @typedef {{type: 'error', code: string, message: string}} ErrorMessage */
/** @typedef {{type: 'closing', code: number, reason: string, device?: string | null, at?: string | null}} Closing */

/** @typedef {Joined | Committed | Acked | Presence | FormChanged | Pong | ErrorMessage | Closing} ServerMessage */

export {};
