// @ts-check
/**
 * The form as this page works on it: the replica, the local changes, the refusals, and how each moves the others.
 *
 * Owns what becomes of a change as it is made here or committed by anybody, and says what the page must draw. What
 * becomes of it when the server answers is in `answering.js`, when its author decides in `deciding.js`, when the form
 * was read anew in `rebasing.js`. Must not know connections, sequence numbers or people.
 *
 * @module
 */

import { addressOf, isCellOp, keyOf, plainAddress, rowOf } from '../document/operations.js';
import { apply } from '../document/text.js';
import { sameValue } from '../document/values.js';
import { GONE, Touched, judge, waitsForRow } from './judging.js';
import { Local } from './local.js';
import { Refusals } from './refusals.js';
import { History } from './undo/history.js';
import { View } from './view.js';

/** @typedef {import('../document/document.js').StoredCell} StoredCell */
/** @typedef {import('../document/document.js').StoredRow} StoredRow */
/** @typedef {import('../document/operations.js').Address} Address */
/** @typedef {import('../document/operations.js').Delta} Delta */
/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('../document/operations.js').RowOp} RowOp */
/** @typedef {import('./pending.js').Change} Change */
/** @typedef {import('./refusals.js').KeptRefusal} KeptRefusal */
/** @typedef {import('./types.js').Refusal} Refusal */
/** @typedef {import('./types.js').SyncEvent} SyncEvent */
/** @typedef {import('./types.js').User} User */
/** @typedef {import('./undo/typing.js').Typing} Typing */
/** @typedef {{code: string, message: string, current?: any}} Reason */
/** @typedef {{version: number, by: number, at: string | null, user: User | null}} Stamp */

export class Workspace {
    local = new Local();
    view = new View(this.local);
    /** @type {Refusals} */
    refusals;
    /** @type {History} */
    history;
    /** What others did since the pending changes were looked at last. */
    touched = new Touched();
    emit;
    #userOf;

    /**
     * @param {{emit: (event: SyncEvent) => void, userOf: (n: number | null | undefined) => User | null}} given
     */
    constructor({ emit, userOf }) {
        this.emit = emit;
        this.#userOf = userOf;
        this.history = new History(this.view, () => emit({ type: 'undo' }));
        this.refusals = new Refusals(
            (kept) => this.#describe(kept),
            (id, address, refusal) => emit({ type: 'refusal', id, address, refusal }),
        );
    }

    // --- what is shown -----------------------------------------------------------------------------

    /**
     * @param {Address} address
     * @returns {any}
     */
    value(address) {
        const refused = this.refusals.at(keyOf(address));
        return refused?.op.kind === 'set' ? refused.mine : this.view.value(address);
    }

    /**
     * @param {Address} address
     * @returns {import('./types.js').CellView}
     */
    cell(address) {
        const stored = this.view.document.cell(address);
        return {
            value: this.value(address),
            version: stored?.version ?? 0,
            by: this.#userOf(stored?.by),
            at: stored?.at ?? null,
            local: this.local.has(keyOf(address)),
            refusal: this.refusals.shownAt(keyOf(address)),
        };
    }

    // --- what the person does ----------------------------------------------------------------------

    /**
     * Takes an op of the person in. One on a row that is not there any more is refused at once.
     *
     * @param {Op} op
     * @param {Typing} [typing]
     */
    act(op, typing) {
        const row = op.kind === 'add_row' || op.kind === 'restore_row' ? null : rowOf(op);
        if (row !== null && !this.view.hasRow(row.table, row.row)) {
            this.refuse(op, { code: 'gone', message: GONE });
            return;
        }
        this.history.record(op, typing);
        this.local.pending.add(op);
        if (!isCellOp(op)) {
            this.rowsChanged(op.table, null, true);
        }
    }

    /**
     * Sets a value. Under an open conflict the person's value changes, not the form: typing on does not overwrite what
     * somebody else wrote (C6).
     *
     * @param {Address} address
     * @param {any} value
     * @param {Typing} [typing]
     */
    set(address, value, typing) {
        const key = keyOf(address);
        const open = this.refusals.at(key);
        if (open?.code === 'conflict') {
            this.refusals.update(open, { mine: value });
            this.refusals.overtaken(key, this.view.document.cell(address));
            return;
        }
        if (open !== null) {
            this.refusals.settle(open);
        } else if (sameValue(this.view.value(address), value)) {
            return;
        }
        this.act({ kind: 'set', ...plainAddress(address), value }, typing);
        if (sameValue(this.local.below(key, this.view.confirmed(address)), value)) {
            this.dropPendingAt(key); // set back to what stands there: nothing is left to say
        }
    }

    // --- what is committed -------------------------------------------------------------------------

    /**
     * Takes a committed op into the replica. Throws `TextError`, and changes nothing, where it does not fit.
     *
     * @param {Op} op
     * @param {Stamp} stamp
     */
    apply(op, { version, by, at }) {
        this.view.document.apply(op, version, by, at);
        if (op.kind === 'edit') {
            this.refusals.pass(keyOf(op), op.delta);
        }
    }

    /**
     * Moves the local changes over an applied op of somebody else.
     *
     * @param {Op} op
     * @param {Stamp} stamp
     */
    commitForeign(op, stamp) {
        this.touched.note(op);
        const address = addressOf(op);
        if (address === null) {
            this.history.foreign(op, stamp.user);
            this.rowsChanged(/** @type {RowOp} */ (op).table, stamp.user, false);
            return;
        }
        if (op.kind === 'edit') {
            const delta = this.local.pass(keyOf(address), op.delta);
            this.history.foreign({ ...op, delta }, stamp.user);
            this.emit({ type: 'text', address, delta, by: stamp.user, own: false });
        } else {
            this.history.foreign(op, stamp.user);
            this.emit({ type: 'value', address, by: stamp.user, own: false });
        }
        this.refusals.overtaken(keyOf(address), this.view.document.cell(address));
    }

    /**
     * Takes note of an applied op that this page showed already.
     *
     * @param {Op} op
     * @param {Stamp} stamp
     */
    commitOwn(op, stamp) {
        const address = addressOf(op);
        if (address === null) {
            this.rowsChanged(/** @type {RowOp} */ (op).table, stamp.user, true);
        } else {
            this.emit({ type: 'value', address, by: stamp.user, own: true });
        }
    }

    /** Looks at the pending changes that others' ops have met, once the frame that brought them is in. */
    settle() {
        const touched = this.touched;
        this.touched = new Touched();
        for (const change of touched.among(this.local)) {
            const verdict = judge(change.op, touched, this.view, this.local);
            if (verdict !== null) {
                this.dropPending(change);
            } else if (waitsForRow(change.op, this.local)) {
                this.touched.keep(change.op, touched); // till then, what others did there is not forgotten
            }
            if (verdict !== null && verdict !== 'needless') {
                this.refuse(change.op, verdict);
            }
        }
    }

    // --- for the other modules of sync -------------------------------------------------------------

    /**
     * Keeps what was not taken.
     *
     * @param {Op} op
     * @param {Reason} reason
     * @param {{mine?: any, delta?: Delta | null}} [known] what the person typed, where the op does not say it all; and of
     *   an edit where it belongs in the committed text, null if nobody knows
     */
    refuse(op, { code, message, current = null }, known = {}) {
        const { mine = typedIn(op), delta = op.kind === 'edit' ? op.delta : null } = known;
        this.refusals.add({ op, code, message, mine, current, delta });
    }

    /** @param {Change} change */
    dropPending(change) {
        this.local.pending.remove(change);
        if (!isCellOp(change.op)) {
            this.rowsChanged(change.op.table, null, true);
        }
    }

    /** @param {string} key */
    dropPendingAt(key) {
        const change = this.local.pending.at(key);
        if (change !== null) {
            this.dropPending(change);
        }
    }

    /**
     * @param {string} table
     * @param {User | null} by
     * @param {boolean} own
     */
    rowsChanged(table, by, own) {
        this.view.rowsChanged(table);
        this.emit({ type: 'rows', table, by, own });
    }

    /**
     * @param {KeptRefusal} kept
     * @returns {Refusal}
     */
    #describe(kept) {
        const { id, op, code, message } = kept;
        const address = addressOf(op);
        const current = this.#currentOf(kept);
        return {
            id,
            kind: code === 'conflict' ? 'conflict' : 'rejected',
            address,
            op,
            code,
            message,
            mine: this.#mineOf(kept, address),
            current,
            by: this.#userOf(authorOf(current)),
        };
    }

    /**
     * What the person wants there: of a text the whole, as long as it is known where the refused edit belongs.
     *
     * @param {KeptRefusal} kept
     * @param {Address | null} address
     * @returns {any}
     */
    #mineOf({ mine, delta }, address) {
        return delta !== null && address !== null ? apply(this.view.confirmed(address) ?? '', delta) : mine;
    }

    /**
     * What stands there now: as this page knows it, or as the refusal told it where that is newer.
     *
     * @param {KeptRefusal} kept
     * @returns {StoredCell | StoredRow | null}
     */
    #currentOf({ op, current: told }) {
        const row = rowOf(op);
        const address = addressOf(op);
        const { document } = this.view;
        const known =
            address !== null ? document.cell(address) : row !== null ? document.row(row.table, row.row) : null;
        return told !== null && told.version > document.version ? told : (known ?? told);
    }
}

/**
 * What an op alone says of what was typed.
 *
 * @param {Op} op
 * @returns {any}
 */
function typedIn(op) {
    if (op.kind === 'edit') {
        return op.delta.filter((component) => typeof component === 'string').join('');
    }
    return op.kind === 'set' ? op.value : null;
}

/**
 * Who wrote a cell, or changed a row's cells last.
 *
 * @param {StoredCell | StoredRow | null} current
 * @returns {number | null}
 */
function authorOf(current) {
    if (current === null || 'by' in current) {
        return current?.by ?? null;
    }
    const [newest] = Object.values(current.values).sort((one, other) => other.version - one.version);
    return newest?.by ?? null;
}
