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
/** @typedef {{number: number, version: number, at: string, by: User}} Submission */
/** @typedef {{id: string, title: string, status: string, submission: Submission | null, template: any}} Form */

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

/**
 * @typedef {object} Closing
 * @property {'closing'} type
 * @property {number} code
 * @property {string} reason
 * @property {string | null} [device] with 4409: where one signed in instead
 * @property {string | null} [at] and when
 * @property {string | null} [why] how the sign-in ended, where it did
 */

/** @typedef {{type: 'watching', user: User}} Watching the first frame of the sign-in watch */
/** @typedef {{type: 'idle', seconds: number | null}} Idle in so many seconds the sign-in ends; null: it does not */

/**
 * @typedef {Joined | Committed | Acked | Presence | FormChanged | Pong | ErrorMessage | Closing | Watching | Idle}
 *   ServerMessage
 */

// --- /api/session/: who is signed in with this browser ---

/** @typedef {User & {username: string}} Account */
/** @typedef {{code: number, reason: string, device: string | null, at: string | null, why: string | null}} Ended */
/** @typedef {{user: Account | null, csrf_token: string, ended: Ended | null}} WhoIsHere */

// --- from tab to tab of one browser ---

/** @typedef {{type: 'here', user: string}} Here a page of this person was loaded, or they signed in again */
/** @typedef {{type: 'left', user: string}} Left this person has signed out */
/** @typedef {{type: 'look'}} Look who is signed in may have changed: ask */
/** @typedef {{type: 'unsaved?', question: string}} Question how much is not saved with you? */
/** @typedef {{type: 'unsaved', question: string, count: number}} Answer so much */
/** @typedef {Here | Left | Look | Question | Answer} TabMessage */

export {};
