// @ts-check
/**
 * The words of the sync client's interface, as types: what the page is told and what it may ask.
 *
 * Owns no code. Everything that the UI needs to know of `sync` is here and in the head of `client.js`.
 *
 * @typedef {import('../document/operations.js').Address} Address
 * @typedef {import('../document/operations.js').Op} Op
 * @typedef {import('../document/operations.js').Delta} Delta
 *
 * @typedef {{id: string, name: string}} User
 *
 * @typedef {Object} Person One session in the room.
 * @property {string} session
 * @property {User} user
 * @property {number} color Which colour of the palette.
 * @property {Address | null} at The field this person is in.
 * @property {[number, number] | null} selection In code points of the text as shown here; for the others, moved
 *   over everything that happened since they told it, this page's unsaved typing included.
 *
 * @typedef {Object} CellView What the page shows of one field, and why.
 * @property {any} value What to show: confirmed + under way + unsent, or what a refusal keeps on the screen.
 * @property {number} version The version of the last committed change; 0 for a default or nothing.
 * @property {User | null} by Who made that change.
 * @property {string | null} at When, a UTC instant.
 * @property {boolean} local Whether changes of this page are not acknowledged yet.
 * @property {Refusal | null} refusal
 *
 * @typedef {import('../document/document.js').StoredCell} StoredCell
 * @typedef {import('../document/document.js').StoredRow} StoredRow
 *
 * @typedef {Object} Refusal An edit that was not taken, kept with what was typed until its author decides (I6).
 * @property {string} id
 * @property {'conflict' | 'rejected'} kind `conflict`: somebody else changed it meanwhile (C6); both values are here.
 * @property {Address | null} address The field it stands beside; null for an op on a whole row (`op` names it).
 * @property {Op} op What was refused.
 * @property {string} code invalid, conflict, gone, locked, forbidden, stale, limit or internal.
 * @property {string} message The server's words, or the client's own where it saw the refusal coming.
 * @property {any} mine What the person typed: a value; for a text the whole of it as the person saw it; for a row
 *   that could not be added, `{field: value}`.
 * @property {StoredCell | StoredRow | null} current What stands there now, kept up to date: the cell, or
 *   beside the refused removal of a row the row, as `{row, version, values}`.
 * @property {User | null} by Who wrote `current`.
 *
 * @typedef {Object} Turned What an undo or a redo did.
 * @property {Op} op The change that it made, or, where `against` says why not, would have made.
 * @property {Untouched | null} against
 * @typedef {Object} Untouched Why one's own change was left as it is.
 * @property {'changed' | 'refused' | 'gone'} why `changed`: somebody else has changed the same since. `refused`: a
 *   refusal there is to be decided first. `gone`: the row that a row stood behind is not known any more.
 * @property {User | null} by Who changed it.
 *
 * @typedef {Object} Status Driven by what the server acknowledged, never by a timer.
 * @property {'connecting' | 'saved' | 'saving' | 'offline' | 'reconnecting' | 'closed'} kind
 *   `connecting`: not joined yet, for the first time. `saved`: everything is acknowledged. `saving`: `waiting` changes
 *   are not. `reconnecting`: the connection broke and is being made again. `offline`: making it again failed, too, or
 *   there is no network. `closed`: for good; `reason` says why, and nothing will be sent again.
 * @property {number} waiting How many changes are kept here and not acknowledged, in every kind.
 * @property {number} refused How many refusals wait for a decision.
 * @property {number | null} code The close code, when closed, or when the server has no room for this page now.
 * @property {string | null} reason
 *
 * @typedef {{type: 'ready'}} ReadyEvent There is a form to show: draw everything anew.
 * @typedef {{type: 'text', address: Address, delta: Delta, by: User | null, own: boolean}} TextEvent
 *   The shown text changes by `delta` (already behind everything typed here). `own`: not a colleague's doing but
 *   the outcome of something done here (a refused edit is taken out, or put in again).
 * @typedef {{type: 'value', address: Address, by: User | null, own: boolean}} ValueEvent
 *   A value or who wrote it changed: ask `cell(address)`. `own` as above, or one's own change was committed.
 * @typedef {{type: 'rows', table: string, by: User | null, own: boolean}} RowsEvent Ask `rows(table)`.
 * @typedef {{type: 'people'}} PeopleEvent Somebody came, left or moved: ask `people`.
 * @typedef {{type: 'status'}} StatusEvent Ask `status`.
 * @typedef {{type: 'undelivered'}} UndeliveredEvent What is not acknowledged or not decided changed, by something done
 *   here or by an answer: for the shell to keep.
 * @typedef {{type: 'refusal', id: string, address: Address | null, refusal: Refusal | null}} RefusalEvent
 *   A refusal is new or changed, or (`refusal` null) settled.
 * @typedef {{type: 'undo'}} UndoEvent There is something to undo or to redo, or nothing any more.
 * @typedef {{type: 'form'}} FormEvent Title, status or access changed: ask `form` and `role`.
 * @typedef {{type: 'rejoin'}} RejoinEvent D1: for the shell, which closes and opens again.
 * @typedef {{type: 'client', clientId: string}} ClientEvent The tab took another client id: for the shell to keep.
 * @typedef {{type: 'error', code: string, message: string}} ErrorEvent The server says this page misbehaved.
 * @typedef {{type: 'closed', code: number, reason: string, device: string | null, at: string | null}} ClosedEvent
 *   Closed for good. `device` and `at` tell of the sign-in that took this page's place, where that is why.
 * @typedef {ReadyEvent | TextEvent | ValueEvent | RowsEvent | PeopleEvent | StatusEvent | RefusalEvent | UndoEvent
 *   | FormEvent | RejoinEvent | ClientEvent | ErrorEvent | ClosedEvent
 *   | UndeliveredEvent} SyncEvent
 */

export {};
