// @ts-check
/**
 * The live form's client: a state machine between the page and the wire.
 *
 * Owns nothing but this interface: `conversation.js` speaks with the server, `following.js` follows what is committed,
 * `workspace.js` holds the form as this page works on it, `presence.js` the people. None of them knows the DOM, a
 * clock, the network or chance: what they need of these is given to them (`send`, `emit`, `newRowId`, `newClientId`),
 * so that a test can play every story frame by frame.
 *
 *     const client = new SyncClient({ clientId, seq, send, emit, newRowId, newClientId });
 *
 * **The shell** (main.js and net) says what happens to the connection:
 *
 *     client.dialing()                              a connection is being made
 *     client.opened()                               it stands: sends `join`
 *     client.received(message)                      a decoded frame of the server
 *     client.closed({ code, reason, final, offline })   it fell, or could not be made; everything local is kept.
 *                                                   final: nothing will be sent again; offline: there is no network
 *     client.undelivered() / client.restore(json)   what is not acknowledged, for an outbox; restored before opened()
 *     client.leave(bytes) -> submit | null          the page goes away: what may still be sent, under way from then on
 *
 * **The page** says what the person does. Nothing here waits: the view shows it at once, also while disconnected.
 *
 *     client.edit(address, delta, typing)           text and long text, in code points of the text as shown
 *     client.set(address, value, typing)            any other field (on a text: the smallest edit towards it)
 *     client.addRow(table, after) -> row id         after: a row id, or null for the first place
 *     client.removeRow(table, row), client.restoreRow(table, row), client.moveRow(table, row, after)
 *     client.undo(), client.redo() -> Turned | null   one's own last change, wherever it was; never another's
 *     client.focus(address, selection | null), client.blur()
 *     client.keepMine(address)                      a refusal: one's own again, on what stands there now
 *                                                   (a row that is gone is restored for it)
 *     client.takeTheirs(address)                    a refusal: what stands there now
 *     client.retry(refusalId), client.dismiss(refusalId)      the same two by id, for refusals without an address
 *
 * **The view** is what the page shows, confirmed + under way + unsent:
 *
 *     client.value(address), client.cell(address), client.rows(table), client.hasRow(table, row)
 *     client.people, client.others, client.you, client.role, client.mayEdit, client.form, client.definition, client.limits
 *     client.canUndo, client.canRedo
 *     client.version, client.status, client.unanswered, client.refusals, client.refusalAt(address), client.clientId
 *
 * Events come through `emit`, one at a time, each when the view already shows it; their shapes are in `types.js`.
 * A handler may call any function above. A text event's delta fits the text that the page showed before it, so a page
 * that holds remote changes back (an input method is composing) composes them, and transforms what was typed
 * meanwhile over them (`transform(mine, held, 'right')`) before it calls `edit`.
 *
 * Every change above is a step of undo; `typing` (`undo/typing.js`) says which belong to one. What undo does to a text
 * or a value the page hears as `text` and `value` events, `own`.
 *
 * While a refused `set` waits for its author, the field goes on showing what was typed, and typing on changes only that
 * (after `conflict`) or tries again (after any other code). A refused text is taken out of the field and kept whole in
 * the refusal.
 */

import { keyOf, plainAddress } from '../document/operations.js';
import { apply, check, diff } from '../document/text.js';
import { Conversation } from './conversation.js';
import { giveUp, insist } from './deciding.js';
import { keep, restore } from './keeping.js';
import { turn } from './undo/turning.js';

/** @typedef {import('../document/operations.js').Address} Address */
/** @typedef {import('../document/operations.js').Delta} Delta */
/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('./types.js').SyncEvent} SyncEvent */
/** @typedef {import('./types.js').Turned} Turned */
/** @typedef {import('./undo/typing.js').Typing} Typing */

export class SyncClient {
    #conversation;
    #workspace;
    #newRowId;

    /**
     * @param {{
     *   clientId: string,
     *   seq?: number,
     *   send: (message: any) => void,
     *   emit: (event: SyncEvent) => void,
     *   newRowId: () => string,
     *   newClientId: () => string,
     * }} given `seq`: the highest number that this client id has used, where that is known
     */
    constructor({ newRowId, ...given }) {
        this.#newRowId = newRowId;
        this.#conversation = new Conversation(given);
        this.#workspace = this.#conversation.workspace;
    }

    // --- the connection ----------------------------------------------------------------------------

    dialing() {
        this.#conversation.dialing();
    }

    opened() {
        this.#conversation.opened();
    }

    /** @param {any} message a decoded frame of the server */
    received(message) {
        this.#conversation.received(message);
    }

    /** @param {import('./conversation.js').Ending} [how] */
    closed(how) {
        this.#conversation.closed(how);
    }

    /** @returns {import('./keeping.js').Kept} everything that is not acknowledged or not decided, for `restore` */
    undelivered() {
        return keep(this.#workspace, this.#conversation.place);
    }

    /**
     * Goes on where `undelivered` was called, under the client id that it was called under. To be called before
     * `opened`.
     *
     * @param {import('./keeping.js').Kept} kept
     */
    restore(kept) {
        restore(this.#workspace, kept);
        this.#conversation.resume(kept);
    }

    /**
     * To be kept before it is sent (`undelivered`), as everything that is under way.
     *
     * @param {number} bytes that the submit may have
     * @returns {{client_id: string, seq: number, base: number, ops: Op[]} | null} null: there is nothing to send
     */
    leave(bytes) {
        const submit = this.#conversation.leave(bytes);
        return submit && { client_id: this.clientId, seq: submit.seq, base: submit.base, ops: submit.ops };
    }

    // --- what the person does ----------------------------------------------------------------------

    /**
     * @param {Address} address
     * @param {Delta} delta
     * @param {Typing} [typing]
     */
    edit(address, delta, typing) {
        const checked = check(delta);
        apply(this.#workspace.view.value(address), checked); // throws where it does not fit what is shown
        if (checked.length > 0) {
            this.#act({ kind: 'edit', ...plainAddress(address), delta: checked }, typing);
        }
    }

    /**
     * @param {Address} address
     * @param {any} value
     * @param {Typing} [typing]
     */
    set(address, value, typing) {
        if (this.#workspace.view.merges(address)) {
            this.edit(address, diff(this.value(address), value ?? ''), typing);
            return;
        }
        this.#workspace.set(address, value, typing);
        this.#conversation.changed();
    }

    /**
     * @param {string} table
     * @param {string | null} after
     * @returns {string} the new row's id
     */
    addRow(table, after) {
        const row = this.#newRowId();
        this.#act({ kind: 'add_row', table, row, after });
        return row;
    }

    /**
     * @param {string} table
     * @param {string} row
     */
    removeRow(table, row) {
        this.#act({ kind: 'remove_row', table, row });
    }

    /**
     * @param {string} table
     * @param {string} row
     */
    restoreRow(table, row) {
        if (!this.hasRow(table, row)) {
            this.#act({ kind: 'restore_row', table, row });
        }
    }

    /**
     * @param {string} table
     * @param {string} row
     * @param {string | null} after
     */
    moveRow(table, row, after) {
        if (after !== row) {
            this.#act({ kind: 'move_row', table, row, after });
        }
    }

    /** @returns {Turned | null} null: there is nothing to undo */
    undo() {
        return this.#turn('undo');
    }

    /** @returns {Turned | null} null: there is nothing to redo */
    redo() {
        return this.#turn('redo');
    }

    /**
     * @param {Address} address
     * @param {[number, number] | null} selection
     */
    focus(address, selection) {
        this.#conversation.move(plainAddress(address), selection);
    }

    blur() {
        this.#conversation.move(null, null);
    }

    // --- what the person decides -------------------------------------------------------------------

    /** @param {Address} address */
    keepMine(address) {
        this.retry(this.refusalAt(address)?.id ?? '');
    }

    /** @param {Address} address */
    takeTheirs(address) {
        this.dismiss(this.refusalAt(address)?.id ?? '');
    }

    /** @param {string} refusalId */
    retry(refusalId) {
        const kept = this.#workspace.refusals.byId(refusalId);
        if (kept !== null) {
            this.#workspace.history.together(() => insist(this.#workspace, kept, this.#newRowId));
            this.#conversation.changed();
        }
    }

    /** @param {string} refusalId */
    dismiss(refusalId) {
        const kept = this.#workspace.refusals.byId(refusalId);
        if (kept !== null) {
            giveUp(this.#workspace, kept);
            this.#conversation.changed();
        }
    }

    // --- the view ----------------------------------------------------------------------------------

    /**
     * @param {Address} address
     * @returns {any}
     */
    value(address) {
        return this.#workspace.value(address);
    }

    /** @param {Address} address */
    cell(address) {
        return this.#workspace.cell(address);
    }

    /**
     * @param {string} table
     * @returns {readonly string[]} the same array until the rows change
     */
    rows(table) {
        return this.#workspace.view.rows(table);
    }

    /**
     * @param {string} table
     * @param {string} row
     */
    hasRow(table, row) {
        return this.#workspace.view.hasRow(table, row);
    }

    /** @param {Address} address */
    refusalAt(address) {
        return this.#workspace.refusals.shownAt(keyOf(address));
    }

    get refusals() {
        return this.#workspace.refusals.all();
    }

    get people() {
        return this.#conversation.presence.all();
    }

    get others() {
        return this.#conversation.presence.others();
    }

    get you() {
        const { presence, session } = this.#conversation;
        return presence.you() ?? session.you;
    }

    get role() {
        return this.#conversation.session.role;
    }

    /** Whether the role lets this page's person change a form that is open (C10). */
    get mayEdit() {
        return this.#conversation.session.mayEdit;
    }

    get form() {
        return this.#conversation.session.form;
    }

    get definition() {
        return this.#conversation.session.definition;
    }

    get limits() {
        return this.#conversation.session.limits;
    }

    get clientId() {
        return this.#conversation.place.clientId;
    }

    get canUndo() {
        return this.#workspace.history.can('undo');
    }

    get canRedo() {
        return this.#workspace.history.can('redo');
    }

    /** The version of what is committed and shown here. */
    get version() {
        return this.#workspace.view.document.version;
    }

    /** What is committed, as far as this page has come. */
    get snapshot() {
        return this.#workspace.view.document.toSnapshot();
    }

    get status() {
        return this.#conversation.status;
    }

    /** The changes that the server has not answered, in the order in which they were made. */
    get unanswered() {
        const { inflight, pending } = this.undelivered();
        return [...(inflight?.open ?? []), ...pending].map(({ op }) => op);
    }

    /**
     * @param {Op} op
     * @param {Typing} [typing]
     */
    #act(op, typing) {
        this.#workspace.act(op, typing);
        this.#conversation.changed();
    }

    /** @param {'undo' | 'redo'} way */
    #turn(way) {
        const turned = turn(this.#workspace, way);
        this.#conversation.changed();
        return turned;
    }
}
