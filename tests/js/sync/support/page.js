// @ts-check
/**
 * A page without a browser: shows what the events of its client tell it, as the real page does, and nothing else.
 *
 * What it shows must at all times be what the client says is there: `differences` finds where it is not.
 */

import { keyOf } from '../../../../static/js/document/operations.js';
import { apply } from '../../../../static/js/document/text.js';

/** @typedef {import('../../../../static/js/document/operations.js').Address} Address */
/** @typedef {import('../../../../static/js/sync/client.js').SyncClient} SyncClient */

export class Page {
    /** Set by whoever makes the client, which needs the page's `hear` first. */
    client = /** @type {SyncClient} */ (/** @type {unknown} */ (null));
    /** @type {Map<string, any>} what each field shows */
    shown = new Map();
    /** @type {Map<string, readonly string[]>} */
    rows = new Map();
    /** @type {Record<string, number>} */
    heard = {};
    isReady = false;

    /** @param {import('../../../../static/js/sync/types.js').SyncEvent} event */
    hear = (event) => {
        this.heard[event.type] = (this.heard[event.type] ?? 0) + 1;
        switch (event.type) {
            case 'ready':
                this.isReady = true;
                this.#drawAll();
                break;
            case 'text':
                this.#splice(event.address, event.delta);
                break;
            case 'value':
                this.shown.set(keyOf(event.address), this.client.value(event.address));
                break;
            case 'refusal':
                if (event.address !== null && !this.client.definition?.fieldAt(event.address)?.merges) {
                    this.shown.set(keyOf(event.address), this.client.value(event.address));
                }
                break;
            case 'rows':
                this.#drawRows(event.table);
                break;
            default:
                break;
        }
    };

    /**
     * The person types: the field shows it before the client knows.
     *
     * @param {Address} address
     * @param {any} value
     */
    type(address, value) {
        this.shown.set(keyOf(address), value);
    }

    /** @returns {string[]} */
    differences() {
        if (!this.isReady) {
            return [];
        }
        const found = [];
        for (const [table, rows] of this.rows) {
            if (JSON.stringify(rows) !== JSON.stringify(this.client.rows(table))) {
                found.push(`${table} shows ${rows} instead of ${this.client.rows(table)}`);
            }
        }
        for (const address of this.addresses()) {
            const [shown, meant] = [this.shown.get(keyOf(address)), this.client.value(address)];
            if (JSON.stringify(shown) !== JSON.stringify(meant)) {
                found.push(`${keyOf(address)} shows ${JSON.stringify(shown)} instead of ${JSON.stringify(meant)}`);
            }
        }
        return found;
    }

    /** @returns {Address[]} of every field on the page */
    addresses() {
        const { definition } = this.client;
        const fields = [...(definition?.fields.keys() ?? [])].map((field) => ({ field }));
        const cells = [...(definition?.tables.values() ?? [])].flatMap(({ key: table, columns }) =>
            (this.rows.get(table) ?? []).flatMap((row) => columns.map(({ key: field }) => ({ table, row, field }))),
        );
        return [...fields, ...cells];
    }

    #drawAll() {
        this.shown.clear();
        this.rows.clear();
        for (const table of this.client.definition?.tables.keys() ?? []) {
            this.rows.set(table, this.client.rows(table));
        }
        for (const address of this.addresses()) {
            this.shown.set(keyOf(address), this.client.value(address));
        }
    }

    /** @param {string} table */
    #drawRows(table) {
        const before = new Set(this.rows.get(table) ?? []);
        this.rows.set(table, this.client.rows(table));
        for (const row of this.client.rows(table)) {
            for (const { key: field } of this.client.definition?.tables.get(table)?.columns ?? []) {
                const address = { table, row, field };
                if (!before.has(row)) {
                    this.shown.set(keyOf(address), this.client.value(address));
                }
            }
        }
    }

    /**
     * @param {Address} address
     * @param {import('../../../../static/js/document/operations.js').Delta} delta
     */
    #splice(address, delta) {
        const key = keyOf(address);
        if (address.table === undefined || this.rows.get(address.table)?.includes(address.row)) {
            this.shown.set(key, apply(this.shown.get(key) ?? '', delta));
        }
    }
}
