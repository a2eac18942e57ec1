// @ts-check
/**
 * What is said to the server and heard from it.
 *
 * Owns the state of the connection and of the one submit in flight (the same again after a reconnect, until it is
 * answered), and says what the person is to be told of both. Must not know what a change does to the form, nor how the
 * replica follows.
 *
 * @module
 */

import { keyOf } from '../document/operations.js';
import { asksForPatience } from '../protocol/codes.js';
import { answer } from './answering.js';
import { takeFront } from './cutting.js';
import { Following } from './following.js';
import { Inflight } from './inflight.js';
import { Presence } from './presence.js';
import { Session } from './session.js';
import { Tab } from './tab.js';
import { Workspace } from './workspace.js';

/** @typedef {import('../document/operations.js').Address} Address */
/** @typedef {import('./types.js').SyncEvent} SyncEvent */
/** @typedef {import('./types.js').Status} Status */

/**
 * new: never opened. joining: asked, not told yet. catching: told, but not all ops up to there are in. live.
 * lost: something was missed, the shell is to open again. down: no connection. closed: for good.
 *
 * @typedef {'new' | 'joining' | 'catching' | 'live' | 'lost' | 'down' | 'closed'} Phase
 */
/**
 * @typedef {{
 *   code?: number,
 *   reason?: string,
 *   final?: boolean,
 *   offline?: boolean,
 *   device?: string | null,
 *   at?: string | null,
 * }} Ending
 */

/** What a page is told even while it waits for the form that it will draw anew. */
const TOLD_ALWAYS = new Set(['ready', 'status', 'undelivered', 'rejoin', 'client', 'error', 'closed']);
/** Answers `stale` in a row after which this page's own idea of its numbers is not to be trusted. */
const STALE_TOO_OFTEN = 2;

export class Conversation {
    session = new Session();
    /** @type {Workspace} */
    workspace;
    /** @type {Presence} */
    presence;
    #tab;
    #following;
    #send;
    /** @type {(event: SyncEvent) => void} */
    #emit;
    #newClientId;
    /** @type {Phase} */
    #phase = 'new';
    /** Whether the page shows what is here; while not, it hears of no single change. */
    #isShown = false;
    #isFailing = false;
    #isDialing = false;
    #isBusy = false;
    #staleAnswers = 0;
    /** @type {{code: number, reason: string} | null} */
    #end = null;
    #toldStatus;

    /**
     * @param {{clientId: string, seq?: number, send: (message: any) => void, emit: (event: SyncEvent) => void,
     *   newClientId: () => string}} given
     */
    constructor({ clientId, seq = 0, send, emit, newClientId }) {
        this.#send = send;
        this.#newClientId = newClientId;
        this.#emit = (event) => {
            if (event.type === 'text') {
                this.presence.shifted(keyOf(event.address), event.delta);
            }
            if (this.#isShown || TOLD_ALWAYS.has(event.type)) {
                emit(event);
            }
        };
        this.#tab = new Tab(clientId, seq);
        this.workspace = new Workspace({ emit: this.#emit, userOf: (n) => this.session.clientOf(n)?.user ?? null });
        this.presence = new Presence(this.workspace.local, (at) => this.#following.newest.cell(at)?.version ?? 0);
        const { workspace, presence, session } = this;
        this.#following = new Following({ workspace, presence, session, tab: this.#tab, emit: this.#emit });
        this.#toldStatus = JSON.stringify(this.status);
    }

    /** Where this page is in the conversation. */
    get place() {
        const { clientId, keptSeq } = this.#tab;
        return { clientId, seq: keptSeq, base: this.#following.seen };
    }

    /** @returns {Status} */
    get status() {
        const { local, refusals } = this.workspace;
        const { code, reason } = this.#end ?? { code: null, reason: null };
        return { kind: this.#statusKind(), waiting: local.waiting, refused: refusals.size, code, reason };
    }

    // --- the connection ----------------------------------------------------------------------------

    dialing() {
        this.#isDialing = true;
        this.#tellStatus();
    }

    opened() {
        this.#phase = 'joining';
        this.#isDialing = false;
        this.#end = null;
        this.#send({ type: 'join', client_id: this.#tab.clientId, ...this.#following.ask() });
        this.#tellStatus();
    }

    /** @param {Ending} [how] */
    closed({ code = 1006, reason = '', final = false, offline = false, device = null, at = null } = {}) {
        this.#isDialing = false;
        this.#isFailing = offline || !['catching', 'live', 'lost'].includes(this.#phase);
        this.#phase = final ? 'closed' : 'down';
        this.#end = final || asksForPatience(code) ? { code, reason } : null;
        this.presence.clear();
        this.#emit({ type: 'people' });
        this.#tellStatus();
        if (final) {
            this.#emit({ type: 'closed', code, reason, device, at });
        }
    }

    /** @param {{clientId: string, seq: number, base: number | null}} place where a page before this one was */
    resume({ clientId, seq, base }) {
        this.#tab.resume({ clientId, seq });
        this.#following.seen = base;
        this.#tellStatus();
    }

    /**
     * The submit under way; where there is none, what waits goes under way, as much of it as one submit holds.
     *
     * @param {number} bytes that it may have
     * @returns {import('./inflight.js').SubmitFrame | null}
     */
    leave(bytes) {
        const { local } = this.workspace;
        const isPlaced = this.#following.seen !== null && this.#phase !== 'closed' && !this.#tab.isShadowed;
        if (local.inflight === null && isPlaced && this.#tab.knowsItsNumbers) {
            const front = takeFront(local.pending, { ...this.session.limits, frame_bytes: bytes });
            local.inflight = front.length === 0 ? null : Inflight.of(this.#tab.next(), this.#seen, front);
        }
        return isPlaced ? (local.inflight?.frame ?? null) : null;
    }

    // --- what the page does ------------------------------------------------------------------------

    /** To be called when something was changed or decided here. */
    changed() {
        this.#emit({ type: 'undelivered' });
        this.#goOn();
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
        this.#goOn();
    }

    /** @param {any} message */
    #hear(message) {
        const isFollowing = this.#phase === 'catching' || this.#phase === 'live';
        if (message.type === 'error') {
            this.#emit({ type: 'error', code: message.code, message: message.message });
        } else if (message.type === 'joined' && this.#phase === 'joining') {
            this.#joined(message);
        } else if (message.type === 'acked' && this.#phase === 'live') {
            this.#acked(message);
        } else if (message.type === 'committed' && isFollowing) {
            this.#committed(message);
        } else if (message.type === 'presence' && isFollowing) {
            this.presence.received(message);
            this.#emit({ type: 'people' });
        } else if (message.type === 'form_changed' && isFollowing) {
            this.#formChanged(message);
        }
    }

    /** @param {any} joined */
    #joined(joined) {
        this.session.joined(joined);
        this.workspace.view.definition = this.session.definition;
        this.#tab.passed(joined.last_seq);
        this.#isShown &&= joined.snapshot === null;
        this.#following.joined(joined);
        this.#phase = 'catching';
        this.#emit({ type: 'form' });
        this.#emit({ type: 'people' });
        this.#arrive();
    }

    /** @param {any} frame */
    #committed(frame) {
        this.session.learn(frame.clients);
        if (this.#following.committed(frame)) {
            this.#arrive();
        } else {
            this.#rejoin();
        }
    }

    /** Goes live when everything is in that was committed before this page joined. */
    #arrive() {
        if (this.#phase !== 'catching' || !this.#following.hasArrived) {
            return;
        }
        this.#phase = 'live';
        this.#tab.arrived();
        this.#isFailing = false;
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
    #acked({ seq, version, rejected }) {
        const { inflight } = this.workspace.local;
        if (inflight === null || inflight.frame.seq !== seq) {
            return; // an answer that was heard before
        }
        if (version > this.#seen && inflight.openSize > rejected.length) {
            this.#rejoin(); // its ops are committed, and were not told (C4)
            return;
        }
        answer(this.workspace, rejected);
        this.#emit({ type: 'undelivered' });
        this.#mindNumbers(rejected.map(/** @param {any} rejection */ ({ code }) => code));
        this.#tellPlace();
    }

    /** @param {string[]} codes of what was rejected */
    #mindNumbers(codes) {
        this.#staleAnswers = codes.includes('stale') ? this.#staleAnswers + 1 : 0;
        if (codes.includes('seq_reused')) {
            this.#rename();
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

    get #seen() {
        return /** @type {number} */ (this.#following.seen);
    }

    #goOn() {
        this.#flush();
        this.#tellStatus();
    }

    /** Submits what waits, if nothing is under way. */
    #flush() {
        const { local } = this.workspace;
        if (this.#phase !== 'live' || this.#isBusy || local.inflight !== null || local.pending.size === 0) {
            return;
        }
        if (this.#tab.isShadowed) {
            this.#rename();
            return;
        }
        const front = takeFront(local.pending, this.session.limits);
        if (front.length === 0) {
            this.#refuseFirst();
            this.#flush();
            return;
        }
        local.inflight = Inflight.of(this.#tab.next(), this.#seen, front);
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
        const frame = this.#phase === 'live' ? this.presence.toTell(this.#seen) : null;
        if (frame !== null) {
            this.#send(frame);
        }
    }

    /** Somebody else uses this tab's id: under another one nothing is taken for theirs (C3). */
    #rename() {
        this.#tab.rename(this.#newClientId());
        this.#emit({ type: 'client', clientId: this.#tab.clientId });
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
