// @ts-check
/**
 * The protocol's order in a few lines: what a server must answer, without a database, rights or time.
 *
 * Slow and plain on purpose: it looks everything up in its log. Built on the replica and the text module, and on
 * nothing of sync.
 */

import { Document } from '../../../../static/js/document/document.js';
import { isCellOp, keyOf, rowOf } from '../../../../static/js/document/operations.js';
import { readDefinition } from '../../../../static/js/document/schema.js';
import { TextError, apply, transform } from '../../../../static/js/document/text.js';
import { checkValue, sameValue } from '../../../../static/js/document/values.js';

/** @typedef {import('../../../../static/js/document/operations.js').Op} Op */
/** @typedef {{n: number, clientId: string, user: {id: string, name: string}, lastSeq: number}} Author */
/** @typedef {{by: number, seq: number, op: Op, at: string}} Entry */

export const TEMPLATE = {
    key: 'logbook',
    title: 'Logbook',
    sections: [
        {
            key: 'handover',
            title: 'Handover',
            fields: [
                { key: 'summary', type: 'long_text', label: 'Summary' },
                { key: 'title', type: 'text', label: 'Title', default: 'Shift' },
                { key: 'temperature', type: 'number', label: 'Temperature' },
                { key: 'shift', type: 'choice', label: 'Shift', choices: ['early', 'late', 'night'] },
                { key: 'calm', type: 'checkbox', label: 'Calm' },
            ],
            tables: [
                {
                    key: 'readings',
                    title: 'Readings',
                    columns: [
                        { key: 'note', type: 'text', label: 'Note', default: 'ok' },
                        { key: 'pressure', type: 'number', label: 'Pressure' },
                        { key: 'unit', type: 'choice', label: 'Unit', choices: ['bar', 'kPa'], default: 'bar' },
                    ],
                },
            ],
        },
    ],
};

class Rejected extends Error {
    /**
     * @param {string} code
     * @param {any} [current]
     */
    constructor(code, current = null) {
        super(`Rejected: ${code}.`);
        this.code = code;
        this.current = current;
    }
}

export class Reference {
    definition = readDefinition(TEMPLATE);
    document = new Document();
    /** @type {Entry[]} the op of version v at v - 1 */
    log = [];
    /** @type {Map<string, Author>} by client id */
    #authors = new Map();
    /** @type {Map<string, {digest: string, ack: any}>} by client id and seq */
    #outcomes = new Map();
    /** @type {Map<string, string[]>} rows by table, removed ones among them */
    #orders = new Map();
    /** What is refused for no reason of its own: `(op) => code | null`. */
    mood = /** @type {(op: Op) => string | null} */ (() => null);

    constructor() {
        const values = { title: { value: 'Shift', version: 0, by: null, at: null } };
        this.document = Document.fromSnapshot({ values, tables: { readings: [] } }, 0);
    }

    get version() {
        return this.log.length;
    }

    /**
     * @param {string} clientId
     * @param {{id: string, name: string}} user
     * @param {{since: number | null, want: string}} join
     * @returns {any[]} frames
     */
    join(clientId, user, { since, want }) {
        const usable = since !== null && since <= this.version;
        const you = { session: `s-${clientId}`, user, color: 1, at: null, selection: null };
        const joined = {
            type: 'joined',
            version: this.version,
            revision: 0,
            form: { id: 'f', title: 'Today', status: 'open', template: TEMPLATE },
            snapshot: want !== 'tail' || !usable ? this.document.toSnapshot() : null,
            clients: this.#clients(),
            people: [you],
            you,
            role: 'editor',
            last_seq: this.#authors.get(clientId)?.lastSeq ?? 0,
            limits: {
                frame_bytes: 65536,
                submits_per_second: 100,
                burst: 100,
                ops_per_submit: 100,
                rows_per_table: 100,
                text_length: 100000,
            },
        };
        const isTold = usable && want !== 'snapshot' && since < this.version;
        return isTold ? [joined, this.committed(since)] : [joined];
    }

    /** @param {number} since */
    committed(since) {
        return {
            type: 'committed',
            from: since + 1,
            to: this.version,
            at: null,
            clients: this.#clients(),
            ops: this.log.slice(since),
        };
    }

    /**
     * @param {string} clientId
     * @param {{id: string, name: string}} user
     * @param {{seq: number, base: number, ops: Op[]}} submit
     * @returns {any} the ack; what was committed is in the log
     */
    submit(clientId, user, { seq, base, ops }) {
        const author = this.#author(clientId, user);
        const key = `${clientId} ${seq}`;
        const digest = JSON.stringify([base, ops]);
        const known = this.#outcomes.get(key);
        if (known !== undefined) {
            return known.digest === digest ? known.ack : this.#ackAll(seq, ops, 'seq_reused');
        }
        if (seq < author.lastSeq || base > this.version) {
            return this.#ackAll(seq, ops, 'stale');
        }
        author.lastSeq = seq;
        const rejected = [];
        for (const [index, op] of ops.entries()) {
            try {
                this.#commit(this.#judge(op, author, base), author, seq);
            } catch (error) {
                if (!(error instanceof Rejected)) {
                    throw error;
                }
                rejected.push({ index, code: error.code, message: error.message, current: error.current });
            }
        }
        const ack = { type: 'acked', seq, version: this.version, rejected };
        this.#outcomes.set(key, { digest, ack });
        return ack;
    }

    /** @param {string} table */
    order(table) {
        return this.#orders.get(table) ?? [];
    }

    /**
     * @param {string} clientId
     * @param {{id: string, name: string}} user
     * @returns {Author}
     */
    #author(clientId, user) {
        const author = this.#authors.get(clientId) ?? { n: this.#authors.size + 1, clientId, user, lastSeq: 0 };
        this.#authors.set(clientId, author);
        return author;
    }

    #clients() {
        return Object.fromEntries(
            [...this.#authors.values()].map(({ n, clientId, user }) => [n, { client_id: clientId, user }]),
        );
    }

    /**
     * @param {number} seq
     * @param {Op[]} ops
     * @param {string} code
     */
    #ackAll(seq, ops, code) {
        const rejected = ops.map((_, index) => ({ index, code, message: code, current: null }));
        return { type: 'acked', seq, version: this.version, rejected };
    }

    /**
     * @param {Op} op
     * @param {Author} author
     * @param {number} seq
     */
    #commit(op, author, seq) {
        const at = `2025-01-01T00:00:00.${String(this.version % 1000).padStart(3, '0')}Z`;
        this.log.push({ by: author.n, seq, op, at });
        this.document.apply(op, this.version, author.n, at);
    }

    /**
     * @param {Op} op
     * @param {Author} author
     * @param {number} base
     * @returns {Op} as applied
     */
    #judge(op, author, base) {
        const code = this.mood(op);
        if (code !== null) {
            throw new Rejected(code);
        }
        if (isCellOp(op)) {
            return this.#judgeCell(op, author, base);
        }
        const order = this.#orders.get(op.table) ?? [];
        this.#orders.set(op.table, order);
        const isKnown = order.includes(op.row);
        const isThere = this.document.hasRow(op.table, op.row);
        if (op.kind === 'add_row') {
            if (isKnown || (op.after !== null && !order.includes(op.after))) {
                throw new Rejected('invalid');
            }
            order.splice(op.after === null ? 0 : order.indexOf(op.after) + 1, 0, op.row);
            const columns = this.definition.tables.get(op.table)?.columns ?? [];
            const values = Object.fromEntries(
                columns.filter((each) => each.default !== null).map((each) => [each.key, each.default]),
            );
            return {
                kind: 'add_row',
                table: op.table,
                row: op.row,
                after: this.#visibleBefore(op.table, op.row),
                values,
            };
        }
        if (op.kind === 'restore_row') {
            if (!isKnown || isThere) {
                throw new Rejected(isKnown ? 'invalid' : 'gone');
            }
            const cells = this.document.row(op.table, op.row)?.values ?? {};
            const values = Object.fromEntries(Object.entries(cells).map(([key, { value }]) => [key, value]));
            return {
                kind: 'restore_row',
                table: op.table,
                row: op.row,
                after: this.#visibleBefore(op.table, op.row),
                values,
            };
        }
        if (!isThere) {
            throw new Rejected('gone');
        }
        if (op.kind === 'remove_row') {
            if (this.#lastByOthers(author.n, (each) => rowOf(each)?.row === op.row) > base) {
                throw new Rejected('conflict', this.document.row(op.table, op.row));
            }
            return op;
        }
        if (op.after === op.row || (op.after !== null && !order.includes(op.after))) {
            throw new Rejected('invalid');
        }
        order.splice(order.indexOf(op.row), 1);
        order.splice(op.after === null ? 0 : order.indexOf(op.after) + 1, 0, op.row);
        return { ...op, after: this.#visibleBefore(op.table, op.row) };
    }

    /**
     * @param {import('../../../../static/js/document/operations.js').CellOp} op
     * @param {Author} author
     * @param {number} base
     * @returns {Op}
     */
    #judgeCell(op, author, base) {
        const field = this.definition.fieldAt(op);
        if (field === null || field.merges !== (op.kind === 'edit')) {
            throw new Rejected('invalid');
        }
        if (op.table !== undefined && !this.document.hasRow(op.table, op.row)) {
            throw new Rejected('gone');
        }
        const cell = this.document.cell(op);
        const isHere = /** @param {Op} each */ (each) => isCellOp(each) && keyOf(each) === keyOf(op);
        if (op.kind === 'set') {
            if (checkValue(field, op.value) !== null) {
                throw new Rejected('invalid');
            }
            const concerns = /** @param {Op} each */ (each) =>
                isHere(each) || (each.kind === 'restore_row' && each.row === op.row);
            if (this.#lastByOthers(author.n, concerns) > base && !sameValue(cell?.value ?? null, op.value)) {
                throw new Rejected('conflict', cell);
            }
            return op;
        }
        if (this.log.findLastIndex((entry) => entry.by === author.n && isHere(entry.op)) + 1 > base) {
            throw new Rejected('stale');
        }
        const others = this.log.slice(base).filter((entry) => entry.by !== author.n && isHere(entry.op));
        const delta = others.reduce(
            (moved, entry) => transform(moved, /** @type {any} */ (entry.op).delta, 'right'),
            op.delta,
        );
        try {
            apply(cell?.value ?? '', delta);
        } catch (error) {
            throw error instanceof TextError ? new Rejected('invalid') : error;
        }
        return { ...op, delta };
    }

    /**
     * @param {number} n
     * @param {(op: Op) => boolean} concerns
     * @returns {number} a version
     */
    #lastByOthers(n, concerns) {
        return this.log.findLastIndex((entry) => entry.by !== n && concerns(entry.op)) + 1;
    }

    /**
     * @param {string} table
     * @param {string} row
     * @returns {string | null}
     */
    #visibleBefore(table, row) {
        const order = this.order(table);
        return order.slice(0, order.indexOf(row)).findLast((each) => this.document.hasRow(table, each)) ?? null;
    }
}
