// @ts-check
/**
 * Follows what is committed: from the version that this page has come to, op by op, to the newest.
 *
 * Owns that version, and how the replica gets there: by ops, by a snapshot, or by both. Must not know the connection.
 *
 * A page that comes back with kept changes, but only the part of the replica that they stand on, asks for a snapshot
 * *and* the ops since then. The snapshot waits (`#ahead`) until the part has come as far as it, and the changes with
 * it.
 *
 * @module
 */

import { Document } from '../document/document.js';
import { rowOf } from '../document/operations.js';
import { TextError } from '../document/text.js';
import { overtake } from './overtaking.js';
import { rebase } from './rebasing.js';

/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('./presence.js').Presence} Presence */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./tab.js').Tab} Tab */
/** @typedef {import('./types.js').SyncEvent} SyncEvent */
/** @typedef {import('./workspace.js').Stamp} Stamp */
/** @typedef {import('./workspace.js').Workspace} Workspace */
/** @typedef {{by: number, seq: number, op: Op, at?: string}} CommittedEntry */
/** @typedef {{since: number | null, want: 'snapshot' | 'tail' | 'both'}} Wish */

export class Following {
    /** @type {number | null} all up to this version is in the replica; null: nothing was ever seen */
    seen = null;
    #workspace;
    #presence;
    #session;
    #tab;
    #emit;
    /** The version that `joined` told of. */
    #head = 0;
    /** @type {Wish} */
    #asked = { since: null, want: 'snapshot' };
    /** @type {Document | null} a snapshot that the replica has not come to yet */
    #ahead = null;
    /** Whether that has in it what was accepted of the submit under way. */
    #isJudged = false;
    /** Whether the replica is the whole form: not before a snapshot, not after an op that did not fit. */
    #isWhole = false;

    /**
     * @param {{
     *   workspace: Workspace,
     *   presence: Presence,
     *   session: Session,
     *   tab: Tab,
     *   emit: (event: SyncEvent) => void,
     * }} given
     */
    constructor({ workspace, presence, session, tab, emit }) {
        this.#workspace = workspace;
        this.#presence = presence;
        this.#session = session;
        this.#tab = tab;
        this.#emit = emit;
    }

    /** Whether everything is in that was committed when this page joined. */
    get hasArrived() {
        return this.seen !== null && this.seen >= this.#head;
    }

    /** The newest state of the form that is known here. */
    get newest() {
        return this.#ahead ?? this.#workspace.view.document;
    }

    /** @returns {Wish} what to ask for on joining */
    ask() {
        this.#ahead = null;
        this.#asked = { since: this.seen, want: this.seen === null ? 'snapshot' : this.#isWhole ? 'tail' : 'both' };
        return this.#asked;
    }

    /** @param {{version: number, snapshot: any, people: any[], you: any, last_seq: number}} joined */
    joined({ version, snapshot, people, you, last_seq: lastSeq }) {
        const { local, view } = this.#workspace;
        this.#head = version;
        this.#isJudged = local.inflight !== null && local.inflight.frame.seq <= lastSeq;
        const start = snapshot === null ? view.document.version : version;
        if (snapshot !== null) {
            this.#takeSnapshot(Document.fromSnapshot(snapshot, version));
        }
        this.#presence.reset(people, you, { version: start, told: version });
    }

    /**
     * @param {{from: number, ops: CommittedEntry[], at?: string | null}} frame
     * @returns {boolean} whether nothing is missing: else this page is to join again (D1)
     */
    committed({ from, ops, at = null }) {
        const next = /** @type {number} */ (this.seen) + 1;
        if (from > next && this.#ahead !== null && from === this.#head + 1) {
            // In place of the wanted tail comes what is above it: those ops were not kept (C9).
            this.#rebase(this.#ahead);
        } else if (from > next) {
            return false;
        }
        const isSound = this.#commitAll(from, ops, at);
        this.#workspace.settle();
        return isSound;
    }

    /**
     * @param {number} from
     * @param {CommittedEntry[]} entries
     * @param {string | null} at
     * @returns {boolean} whether all of them fitted
     */
    #commitAll(from, entries, at) {
        try {
            this.#commitEach(entries.slice(/** @type {number} */ (this.seen) + 1 - from), at);
            return true;
        } catch (error) {
            if (!(error instanceof TextError)) {
                throw error;
            }
            return this.#mistrust(from, entries, at);
        }
    }

    /**
     * An op does not fit: this replica is not what the server has. It is read anew, and nothing is guessed.
     *
     * @param {number} from
     * @param {CommittedEntry[]} entries
     * @param {string | null} at
     * @returns {boolean}
     */
    #mistrust(from, entries, at) {
        this.#isWhole = false;
        if (this.#ahead === null) {
            return false;
        }
        this.#rebase(this.#ahead);
        return this.#commitAll(from, entries, at);
    }

    /**
     * @param {CommittedEntry[]} unseen
     * @param {string | null} at of those that do not tell their own
     */
    #commitEach(unseen, at) {
        let moved = false;
        for (const entry of unseen) {
            const version = /** @type {number} */ (this.seen) + 1;
            const user = this.#session.clientOf(entry.by)?.user ?? null;
            this.#commit(entry, { version, by: entry.by, at: entry.at ?? at, user });
            moved = this.#presence.committed(entry.op, version, user?.id ?? null) || moved;
        }
        if (moved) {
            this.#emit({ type: 'people' });
        }
    }

    /**
     * @param {CommittedEntry} entry
     * @param {Stamp} stamp
     */
    #commit(entry, stamp) {
        this.#workspace.apply(entry.op, stamp);
        this.seen = stamp.version; // before anybody is told: what is kept in between must say what it stands on
        switch (this.#whose(entry)) {
            case 'shown':
                this.#workspace.commitOwn(entry.op, stamp);
                break;
            case 'forgotten':
                overtake(this.#workspace, entry.op, stamp);
                break;
            default:
                this.#workspace.commitForeign(entry.op, stamp);
        }
        if (this.#ahead?.version === stamp.version) {
            this.#workspace.settle();
            this.#arriveAt(this.#ahead);
        }
    }

    /**
     * What a committed op is to this page: one of the submit under way, and shown already (C2); one that this tab sent
     * after what was kept of it; or somebody else's.
     *
     * @param {CommittedEntry} entry
     * @returns {'shown' | 'forgotten' | 'foreign'}
     */
    #whose({ by, seq, op }) {
        const { inflight } = this.#workspace.local;
        if (!this.#tab.is(this.#session, by)) {
            return 'foreign';
        }
        if (inflight === null || inflight.frame.seq !== seq) {
            this.#tab.isShadowed ||= seq > this.#tab.seq;
            return this.#tab.forgot(seq) ? 'forgotten' : 'foreign';
        }
        const how = inflight.commit(op);
        this.#tab.isShadowed ||= how === 'foreign';
        return how === 'shown' ? 'shown' : 'foreign';
    }

    // --- snapshots ---------------------------------------------------------------------------------

    /** @param {Document} snapshot */
    #takeSnapshot(snapshot) {
        const { since, want } = this.#asked;
        if (want === 'both' && since !== null && since < snapshot.version) {
            this.#ahead = snapshot; // the ops up to it are coming
        } else if (want === 'both' && since === snapshot.version) {
            this.#arriveAt(snapshot);
        } else {
            this.#rebase(snapshot);
        }
    }

    /**
     * The replica has come as far as a snapshot, which is the whole form. What it does not hold are removed rows.
     *
     * @param {Document} snapshot
     */
    #arriveAt(snapshot) {
        const { local, refusals, view } = this.#workspace;
        for (const { op } of [...local.pending, ...refusals.keep()]) {
            const row = rowOf(op);
            const known =
                row === null || snapshot.knowsRow(row.table, row.row) ? null : view.document.row(row.table, row.row);
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
        // Of what this tab has forgotten nobody can say what is mine: it may be newer than what was kept.
        const isMine = (/** @type {number | null} */ n) => !this.#tab.hasForgotten && this.#tab.is(this.#session, n);
        rebase(this.#workspace, snapshot, { judged: this.#isJudged, isMine });
        this.#replace(snapshot);
    }

    /** @param {Document} snapshot */
    #replace(snapshot) {
        this.#workspace.view.document = snapshot;
        this.#workspace.view.rowsChanged(null);
        this.#ahead = null;
        this.#isWhole = true;
        this.seen = snapshot.version;
    }
}
