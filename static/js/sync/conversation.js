// @ts-check
/**
 * What is said to the server and heard from it: joining, submitting, following.
 *
 * Owns the state of the connection, the sequence of submits (one in flight, the same again after a reconnect), and the version
 * that this page has come to. Must not know what a change does to the form: that is the workspace's.
 *
 * A page that comes back with kept changes, but only the part of the replica that they stand on, asks for a snapshot *and* the ops
 * since then. The snapshot waits (`#ahead`) until the part has come as far as it, and the changes with it.
 *
 * @module
 */

import { Document } from '../document/document.js';
import { rowOf } from '../document/operations.js';
import { TextError } from '../document/text.js';
import { answer } from './answering.js';
import { takeFront } from './cutting.js';
import { Inflight } from './inflight.js';
import { Presence } from './presence.js';
import { rebase } from './rebasing.js';
import { Session } from './session.js';
import { Workspace } from './workspace.js';

/** @typedef {import('../document/operations.js').Address} Address */
/** @typedef {import('../document/operations.js').Op} Op */
/**
 * @typedef {{code?: number, reason?: string, final?: boolean, offline?: boolean, device?: string | null, at?: string | null}} Ending
 */
/** @typedef {{by: number, seq: number, op: Op, at?: string}} CommittedEntry */
/** @typedef {import('./types.js').SyncEvent} SyncEvent */
/** @typedef {import('./types.js').Status} Status */
/** @typedef {import('./workspace.js').Stamp} Stamp */

/**
 * new: never opened. joining: asked, not told yet. catching: told, but not all ops up to there are in. live.
 * lost: something was missed, the shell is to open again. down: no connection. closed: for good.
 *
 * @typedef {'new' | 'joining' | 'catching' | 'live' | 'lost' | 'down' | 'closed'} Phase
 */

/** What a page is told even while it waits for the form that it will draw anew. */
const TOLD_ALWAYS = new Set(['ready', 'status', 'rejoin', 'client', 'error', 'closed']);
/** Answers `stale` in a row after which this page's own idea of its numbers is not to be trusted. */
const STALE_TOO_OFTEN = 2;

export class Conversation {
    session = new Session();
    /** @type {Workspace} */
    workspace;
    /** @type {Presence} */
    presence;
    #clientId;
    #seq;
    #send;
    /** @type {(event: SyncEvent) => void} */
    #emit;
    #newClientId;
    /** @type {Phase} */
    #phase = 'new';
    /** @type {number | null} all up to this version is in the replica; null: nothing was ever seen */
    #seen = null;
    /** The version that `joined` told of. */
    #head = 0;
    /** @type {Document | null} a snapshot that the replica has not come to yet */
    #ahead = null;
    /** Whether that has in it what was accepted of the submit under way. */
    #isJudged = false;
    /** @type {{since: number | null, want: 'snapshot' | 'tail' | 'both'}} */
    #asked = { since: null, want: 'snapshot' };
    /** Whether the replica is the whole form: not before a snapshot, not after an op that did not fit. */
    #isWhole = false;
    /** Whether the page shows what is here; while not, it hears of no single change. */
    #isShown = false;
    #isFailing = false;
    #isDialing = false;
    #isBusy = false;
    /** Whether somebody else submits under this tab's id. */
    #isShadowed = false;
    #staleAnswers = 0;
    /** @type {{code: number, reason: string} | null} */
    #end = null;
    #toldStatus;

    /**
     * @param {{clientId: string, seq?: number, send: (message: any) => void, emit: (event: SyncEvent) => void,
     *   newClientId: () => string}} given
     */
    constructor({ clientId, seq = 0, send, emit, newClientId }) {
        this.#clientId = clientId;
        this.#seq = seq;
        this.#send = send;
        this.#newClientId = newClientId;
        this.#emit = (event) => {
            if (this.#isShown || TOLD_ALWAYS.has(event.type)) {
                emit(event);
            }
        };
        this.workspace = new Workspace({ emit: this.#emit, userOf: (n) => this.session.userOf(n) });
        const { local, view } = this.workspace;
        this.presence = new Presence(local, (at) => view.document.cell(at)?.version ?? 0);
        this.#toldStatus = JSON.stringify(this.status);
    }

    /** Where this page is in the conversation. */
    get place() {
        return { clientId: this.#clientId, seq: this.#seq, base: this.#seen };
    }

    /** @returns {Status} */
    get status() {
        const { local, refusals } = this.workspace;
        const { code, reason } = this.#end ?? { code: null, reason: null };
        return { kind: this.#statusKind(), waiting: local.waiting, refused: refusals.size, code, reason };
    }

    // --- the connection ----------------------------------------------------------------------------

    opened() {
        const since = this.#seen;
        this.#asked = { since, want: since === null ? 'snapshot' : this.#isWhole ? 'tail' : 'both' };
        this.#ahead = null;
        this.#phase = 'joining';
        this.#isDialing = false;
        this.#end = null;
        this.#send({ type: 'join', client_id: this.#clientId, ...this.#asked });
        this.#tellStatus();
    }

    dialing() {
        this.#isDialing = true;
        this.#tellStatus();
    }

    /** @param {Ending} [how] */
    closed({ code = 1006, reason = '', final = false, offline = false, device = null, at = null } = {}) {
        this.#isDialing = false;
        this.#isFailing = offline || !['catching', 'live', 'lost'].includes(this.#phase);
        this.#phase = final ? 'closed' : 'down';
        this.#end = final ? { code, reason } : null;
        this.presence.clear();
        this.#emit({ type: 'people' });
        this.#tellStatus();
        if (final) {
            this.#emit({ type: 'closed', code, reason, device, at });
        }
    }

    /** @param {{clientId: string, seq: number, base: number | null}} place where a page before this one was */
    resume({ clientId, seq, base }) {
        this.#clientId = clientId;
        this.#seq = Math.max(this.#seq, seq);
        this.#seen = base;
        this.#tellStatus();
    }

    // --- what the page does ------------------------------------------------------------------------

    /** To be called when something was changed or decided here. */
    changed() {
        this.#flush();
        this.#tellStatus();
    }

    /**
     * @param {Address | null} at
     * @param {[number, number] | null} selection
     */
    move(at, selection) {
        this.presence.moveMe(at, selection);
        this.#tellPlace();
    }

    // --- what is heard -----------------------------------------------------------------------------

    /** @param {any} message */
    received(message) {
        this.#isBusy = true; // what the page does on hearing of it is sent afterwards, on top of all of it
        try {
            this.#hear(message);
        } finally {
            this.#isBusy = false;
        }
        this.changed();
    }

    /** @param {any} message */
    #hear(message) {
        const isHeld = this.#phase === 'catching' || this.#phase === 'live';
        if (message.type === 'error') {
            this.#emit({ type: 'error', code: message.code, message: message.message });
        } else if (message.type === 'joined' && this.#phase === 'joining') {
            this.#joined(message);
        } else if (message.type === 'committed' && isHeld) {
            this.#committed(message);
        } else if (message.type === 'acked' && this.#phase === 'live') {
            this.#acked(message);
        } else if (message.type === 'presence' && isHeld) {
            this.presence.received(message);
            this.#emit({ type: 'people' });
        } else if (message.type === 'form_changed' && isHeld) {
            this.#formChanged(message);
        }
    }

    /** @param {any} joined */
    #joined(joined) {
        const { local, view } = this.workspace;
        this.session.joined(joined);
        view.definition = this.session.definition;
        this.#head = joined.version;
        this.#seq = Math.max(this.#seq, joined.last_seq);
        this.#isJudged = local.inflight !== null && local.inflight.frame.seq <= joined.last_seq;
        const start = joined.snapshot === null ? view.document.version : joined.version;
        this.presence.reset(joined.people, joined.you, { version: start, told: joined.version });
        if (joined.snapshot !== null) {
            this.#isShown = false;
            this.#takeSnapshot(Document.fromSnapshot(joined.snapshot, joined.version));
        }
        this.#phase = 'catching';
        this.#emit({ type: 'form' });
        this.#emit({ type: 'people' });
        this.#arrive();
    }

    /** @param {Document} snapshot */
    #takeSnapshot(snapshot) {
        const { since, want } = this.#asked;
        if (want === 'both' && since !== null && since < snapshot.version) {
            this.#ahead = snapshot; // the ops up to it are coming
        } else if (want === 'both' && since === snapshot.version) {
            this.#change(snapshot);
        } else {
            this.#rebase(snapshot);
        }
    }

    /**
     * The replica has come as far as a snapshot, which is the whole form. What it does not hold are removed rows.
     *
     * @param {Document} snapshot
     */
    #change(snapshot) {
        const { local, refusals, view } = this.workspace;
        for (const { op } of [...local.pending, ...refusals.keep()]) {
            const row = rowOf(op);
            const known = row === null || snapshot.knowsRow(row.table, row.row) ? null : view.document.row(row.table, row.row);
            if (row !== null && known !== null) {
                snapshot.putHidden(row.table, known);
            }
        }
        this.#replace(snapshot);
    }

    /**
     * Goes to a snapshot without knowing what was committed up to it.
     *
     * @param {Document} snapshot
     */
    #rebase(snapshot) {
        const isMine = /** @param {number | null} n */ (n) => n !== null && this.session.isTab(n, this.#clientId);
        rebase(this.workspace, snapshot, { judged: this.#isJudged, isMine });
        this.#replace(snapshot);
    }

    /** @param {Document} snapshot */
    #replace(snapshot) {
        this.workspace.view.document = snapshot;
        this.workspace.view.rowsChanged(null);
        this.#ahead = null;
        this.#isWhole = true;
        this.#seen = snapshot.version;
    }

    /** Goes live when everything is in that was committed before this page joined. */
    #arrive() {
        if (this.#phase !== 'catching' || this.#seen === null || this.#seen < this.#head) {
            return;
        }
        this.#phase = 'live';
        this.#isFailing = false;
        this.workspace.settle();
        if (!this.#isShown) {
            this.#isShown = true;
            this.#emit({ type: 'ready' });
        }
        if (this.workspace.local.inflight !== null) {
            this.#send(this.workspace.local.inflight.frame);
        }
        this.#tellPlace();
    }

    /** @param {any} frame */
    #committed({ from, ops, at, clients }) {
        this.session.learn(clients);
        const next = /** @type {number} */ (this.#seen) + 1;
        if (from > next && this.#ahead !== null && from === this.#head + 1) {
            this.#rebase(this.#ahead); // in place of the wanted tail comes what is above it: those ops were not kept (C9)
        } else if (from > next) {
            this.#rejoin();
            return;
        }
        try {
            this.#commitAll(from, ops, at ?? null);
        } catch (error) {
            if (!(error instanceof TextError)) {
                throw error;
            }
            this.#mistrust(from, ops, at ?? null);
        }
        this.workspace.settle();
        this.#arrive();
    }

    /**
     * An op does not fit: this replica is not what the server has. It is read anew, and nothing is guessed.
     *
     * @param {number} from
     * @param {CommittedEntry[]} entries
     * @param {string | null} at
     */
    #mistrust(from, entries, at) {
        if (this.#ahead === null) {
            this.#isWhole = false;
            this.#rejoin();
        } else {
            this.#rebase(this.#ahead);
            this.#commitAll(from, entries, at);
        }
    }

    /**
     * @param {number} from
     * @param {CommittedEntry[]} entries
     * @param {string | null} at
     */
    #commitAll(from, entries, at) {
        const unseen = entries.slice(/** @type {number} */ (this.#seen) + 1 - from);
        let moved = false;
        for (const entry of unseen) {
            const version = /** @type {number} */ (this.#seen) + 1;
            const stamp = { version, by: entry.by, at: entry.at ?? at, user: this.session.userOf(entry.by) };
            moved = this.#commit(entry, stamp) || moved;
        }
        if (moved) {
            this.#emit({ type: 'people' });
        }
    }

    /**
     * @param {CommittedEntry} entry
     * @param {Stamp} stamp
     * @returns {boolean} whether anybody's selection moved
     */
    #commit({ seq, op }, stamp) {
        if (this.#isShownAlready(op, seq, stamp.by)) {
            this.workspace.commitOwn(op, stamp);
        } else {
            this.workspace.commitForeign(op, stamp);
        }
        this.#seen = stamp.version;
        if (this.#ahead?.version === stamp.version) {
            this.workspace.settle();
            this.#change(this.#ahead);
        }
        return this.presence.committed(op, stamp.version, stamp.user?.id ?? null);
    }

    /**
     * Whether a committed op is one of the submit under way (C2).
     *
     * @param {Op} op
     * @param {number} seq
     * @param {number} by
     */
    #isShownAlready(op, seq, by) {
        const { inflight } = this.workspace.local;
        if (!this.session.isTab(by, this.#clientId)) {
            return false;
        }
        if (inflight === null || inflight.frame.seq !== seq) {
            this.#isShadowed ||= seq > this.#seq;
            return false;
        }
        const how = inflight.commit(op);
        this.#isShadowed ||= how === 'foreign';
        return how === 'shown';
    }

    /** @param {any} frame */
    #acked({ seq, version, rejected }) {
        const { inflight } = this.workspace.local;
        if (inflight === null || inflight.frame.seq !== seq) {
            return; // an answer that was heard before
        }
        if (version > /** @type {number} */ (this.#seen) && inflight.openSize > rejected.length) {
            this.#rejoin(); // its ops are committed, and were not told (C4)
            return;
        }
        answer(this.workspace, rejected);
        this.#mindNumbers(rejected.map(/** @param {any} rejection */ ({ code }) => code));
        this.#tellPlace();
    }

    /** @param {string[]} codes of what was rejected */
    #mindNumbers(codes) {
        this.#staleAnswers = codes.includes('stale') ? this.#staleAnswers + 1 : 0;
        if (codes.includes('seq_reused')) {
            this.#takeNewId();
        } else if (this.#staleAnswers === STALE_TOO_OFTEN) {
            this.#rejoin(); // `joined` tells the last number that counts
        }
    }

    /** @param {any} frame */
    #formChanged(frame) {
        const news = this.session.changed(frame);
        if (news === 'missed') {
            this.#rejoin();
        } else if (news === 'changed') {
            this.#emit({ type: 'form' });
        }
    }

    // --- what is said ------------------------------------------------------------------------------

    /** Submits what waits, if nothing is under way. */
    #flush() {
        const { local } = this.workspace;
        if (this.#phase !== 'live' || this.#isBusy || local.inflight !== null || local.pending.size === 0) {
            return;
        }
        if (this.#isShadowed) {
            this.#takeNewId();
            return;
        }
        const front = takeFront(local.pending, this.session.limits);
        if (front.length === 0) {
            this.#refuseFirst();
            this.#flush();
            return;
        }
        this.#seq += 1;
        local.inflight = Inflight.of(this.#seq, /** @type {number} */ (this.#seen), front);
        this.#send(local.inflight.frame);
    }

    /** Refuses the first change that waits: it fits into no frame. */
    #refuseFirst() {
        const [change] = this.workspace.local.pending;
        this.workspace.dropPending(change);
        this.workspace.refuse(change.op, { code: 'limit', message: 'This is too long to be sent.' });
    }

    /** Tells the others where this page's person is, unless they know. */
    #tellPlace() {
        const frame = this.#phase === 'live' ? this.presence.toTell(/** @type {number} */ (this.#seen)) : null;
        if (frame !== null) {
            this.#send(frame);
        }
    }

    /** Somebody else uses this tab's id: under another one nothing is taken for theirs (C3). */
    #takeNewId() {
        this.#clientId = this.#newClientId();
        this.#seq = 0;
        this.#isShadowed = false;
        this.#emit({ type: 'client', clientId: this.#clientId });
        this.#rejoin();
    }

    #rejoin() {
        this.#phase = 'lost';
        this.#tellStatus();
        this.#emit({ type: 'rejoin' });
    }

    #tellStatus() {
        const now = JSON.stringify(this.status);
        if (now !== this.#toldStatus) {
            this.#toldStatus = now;
            this.#emit({ type: 'status' });
        }
    }

    /** @returns {Status['kind']} */
    #statusKind() {
        if (this.#phase === 'closed') {
            return 'closed';
        }
        if (this.#phase === 'live') {
            return this.workspace.local.waiting > 0 ? 'saving' : 'saved';
        }
        if (this.#phase === 'down' && this.#isFailing && !this.#isDialing) {
            return 'offline';
        }
        return this.#isShown ? 'reconnecting' : 'connecting';
    }
}
