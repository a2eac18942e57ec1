// @ts-check
/**
 * One client and the frames it is told, written by hand: a story is what the person does, what the server says, and
 * what the page shows.
 */

import { SyncClient } from '../../../../static/js/sync/client.js';
import { Page } from './page.js';
import { TEMPLATE } from './reference.js';

/** @typedef {import('../../../../static/js/document/operations.js').Op} Op */

export const ADA = { id: 'u-ada', name: 'Ada' };
export const BEN = { id: 'u-ben', name: 'Ben' };
export const TAB = 'client-ada';
export const NOTES = { field: 'summary' };
export const TEMPERATURE = { field: 'temperature' };
/** The clients' numbers: Ada's tab is 1, Ben's 2. */
export const ME = 1;
export const OTHER = 2;

const CLIENTS = { [ME]: { client_id: TAB, user: ADA }, [OTHER]: { client_id: 'client-ben', user: BEN } };

export class Story {
    page = new Page();
    /** @type {any[]} */
    sent = [];
    /** @type {any[]} */
    events = [];
    #rows = 0;
    #clients = 0;
    #version = 0;

    /** @param {{clientId?: string, seq?: number}} [given] */
    constructor({ clientId = TAB, seq } = {}) {
        this.client = this.page.client = new SyncClient({
            clientId,
            seq,
            send: (message) => this.sent.push(structuredClone(message)),
            emit: (event) => {
                this.events.push(event);
                this.page.hear(event);
            },
            newRowId: () => `row-new-${(this.#rows += 1)}`,
            newClientId: () => `client-new-${(this.#clients += 1)}`,
        });
    }

    /** What was sent of a type, since this was asked last. */
    take(type = '') {
        const taken = this.sent.filter((frame) => type === '' || frame.type === type);
        this.sent = this.sent.filter((frame) => !taken.includes(frame));
        return taken;
    }

    /** What the page heard of a type, since this was asked last. */
    hear(type = '') {
        const heard = this.events.filter((event) => type === '' || event.type === type);
        this.events = [];
        return heard;
    }

    /**
     * The connection stands and the room is joined.
     *
     * @param {any} [told] what differs from an empty form at version 0
     */
    join(told = {}) {
        this.client.opened();
        this.joined(told);
        return this;
    }

    /** @param {any} [told] */
    joined(told = {}) {
        const you = { session: 's-ada', user: ADA, color: 3, at: null, selection: null, base: null };
        const version = told.version ?? this.#version;
        this.#version = version;
        this.client.received({
            type: 'joined',
            version,
            revision: 0,
            form: { id: 'f', title: 'Today', status: 'open', template: TEMPLATE },
            snapshot: { values: {}, tables: { readings: [] } },
            clients: CLIENTS,
            people: [you],
            you,
            role: 'editor',
            last_seq: 0,
            limits: {
                frame_bytes: 65536,
                submits_per_second: 100,
                burst: 200,
                ops_per_submit: 100,
                rows_per_table: 2000,
                text_length: 100000,
            },
            ...told,
        });
    }

    /**
     * Somebody's op is committed.
     *
     * @param {number} by
     * @param {Op} op
     * @param {{seq?: number, from?: number}} [how]
     */
    commit(by, op, { seq = 1, from = this.#version + 1 } = {}) {
        this.#version = Math.max(this.#version, from);
        this.client.received({
            type: 'committed',
            from,
            to: from,
            at: `2025-01-01T00:00:${String(from).padStart(2, '0')}Z`,
            clients: {},
            ops: [{ by, seq, op }],
        });
    }

    /**
     * @param {number} seq
     * @param {any[]} [rejected]
     */
    ack(seq, rejected = []) {
        this.client.received({ type: 'acked', seq, version: this.#version, rejected });
    }

    /** Commits everything that the last submit holds, as it is, and acknowledges it. */
    accept() {
        const submit = this.take('submit').at(-1);
        for (const op of submit.ops) {
            this.commit(ME, op.kind === 'add_row' ? { ...op, values: { note: 'ok', unit: 'bar' } } : op, {
                seq: submit.seq,
            });
        }
        this.ack(submit.seq);
    }

    fall() {
        this.client.closed({ code: 1006, reason: '', final: false });
    }

    /** What the page shows of the notes. */
    get notes() {
        return this.page.shown.get('summary');
    }
}

/**
 * @param {import('../../../../static/js/document/operations.js').Component[]} delta
 * @returns {any}
 */
export function edit(...delta) {
    return { kind: 'edit', field: 'summary', delta };
}

/**
 * @param {any} value
 * @returns {any}
 */
export function heat(value) {
    return { kind: 'set', field: 'temperature', value };
}

/**
 * A form with notes, a temperature, and rows, all of version 0.
 *
 * @param {{notes?: string, temperature?: number, rows?: string[]}} given
 */
export function formWith({ notes, temperature, rows = [] }) {
    const cell = /** @param {any} value */ (value) => ({ value, version: 0, by: null, at: null });
    return {
        values: {
            ...(notes === undefined ? {} : { summary: cell(notes) }),
            ...(temperature === undefined ? {} : { temperature: cell(temperature) }),
        },
        tables: { readings: rows.map((row) => ({ row, version: 0, values: { note: cell('ok') } })) },
    };
}
