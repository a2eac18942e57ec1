// @ts-check
/**
 * The live form's client: a state machine between the page and the wire.
 *
 * What it owns: the replica of what is committed, the one submit that is under way, the changes not sent yet, the
 * refusals, and who is here. It must not know the DOM, a clock, the network or chance: what it needs of them is given
 * to it (`send`, `emit`, `newRowId`, `newClientId`), so that a test can play every story frame by frame.
 *
 *     const client = new SyncClient({ clientId, seq, send, emit, newRowId, newClientId });
 *
 * **The shell** (main.js and net) says what happens to the connection:
 *
 *     client.dialing()                              a connection is being made (only colours the status)
 *     client.opened()                               it stands: sends `join`
 *     client.received(message)                      a decoded frame of the server
 *     client.closed({ code, reason, final })        it fell; everything local is kept. final: nothing will be sent again
 *     client.undelivered() / client.restore(json)   what is not acknowledged, for an outbox; restored before opened()
 *
 * **The page** says what the person does. Nothing here waits: the view shows it at once, also while disconnected.
 *
 *     client.edit(address, delta)                   text and long text, in code points of the text as shown
 *     client.set(address, value)                    any other field (on a text: the smallest edit towards it)
 *     client.addRow(table, after) -> row id         after: a row id, or null for the first place
 *     client.removeRow(table, row), client.restoreRow(table, row), client.moveRow(table, row, after)
 *     client.focus(address, selection | null), client.blur()
 *     client.keepMine(address)                      a refusal: one's own again, on what stands there now
 *                                                   (a row that is gone is restored for it)
 *     client.takeTheirs(address)                    a refusal: what stands there now
 *     client.retry(refusalId), client.dismiss(refusalId)      the same two by id, for refusals without an address
 *
 * **The view** is what the page shows, confirmed + under way + unsent:
 *
 *     client.value(address), client.cell(address), client.rows(table), client.hasRow(table, row)
 *     client.people, client.others, client.you, client.role, client.form, client.definition, client.limits
 *     client.version, client.status, client.refusals, client.refusalAt(address), client.clientId
 *
 * Events come through `emit`, one at a time, each when the view already shows it; their shapes are in `types.js`.
 * A handler may call any function above. A text event's delta fits the text that the page showed before it, so a page
 * that holds remote changes back (an input method is composing) composes them, and transforms what was typed
 * meanwhile over them (`transform(mine, held, 'right')`) before it calls `edit`.
 *
 * While a refused `set` waits for its author, the field goes on showing what was typed, and typing on changes only
 * that (after `conflict`) or tries again (after any other code). A refused text is taken out of the field and kept whole in the refusal.
 */

export class SyncClient {}
