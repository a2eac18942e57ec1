// @ts-check
/**
 * What `joined` told about the form and about oneself, and what changed of it since.
 *
 * Owns the form's facts, the role, the limits and the clients' names. Must not know operations.
 *
 * @module
 */

import { readDefinition } from '../document/schema.js';

/** @typedef {import('../document/definition.js').Definition} Definition */
/** @typedef {import('./types.js').Person} Person */
/** @typedef {import('./types.js').User} User */
/** @typedef {{client_id: string, user: User}} ClientFacts */
/** @typedef {{frame_bytes: number, ops_per_submit: number, submits_per_second?: number, burst?: number,
 *   rows_per_table?: number, text_length?: number}} Limits */
/** @typedef {{id: string, title: string, status: string, template?: any}} FormFacts */

/** @type {Limits} what the protocol promises before a server said more */
const LEAST_LIMITS = Object.freeze({ frame_bytes: 65536, ops_per_submit: 100 });

/** The roles that let one edit: what `capabilities` says in `collab/accounts/services.py`. */
const EDITING = new Set(['editor']);

export class Session {
    /** @type {FormFacts | null} */
    form = null;
    /** @type {Definition | null} */
    definition = null;
    /** @type {string | null} */
    role = null;
    /** @type {Person | null} */
    you = null;
    limits = LEAST_LIMITS;
    revision = -1;
    /** @type {Map<number, ClientFacts>} by n */
    #clients = new Map();

    /** @param {any} joined */
    joined({ form, role, you, limits, revision, clients }) {
        this.form = form;
        this.definition ??= readDefinition(form.template); // a form is pinned to one version of its template
        this.role = role;
        this.you = you;
        this.limits = { ...LEAST_LIMITS, ...limits };
        this.revision = revision;
        this.learn(clients);
    }

    get mayEdit() {
        return EDITING.has(this.role ?? '');
    }

    /** @param {Record<string, ClientFacts> | undefined} clients by n */
    learn(clients) {
        for (const [n, facts] of Object.entries(clients ?? {})) {
            this.#clients.set(Number(n), facts);
        }
    }

    /**
     * @param {any} changed a `form_changed` frame
     * @returns {'known' | 'changed' | 'missed'} `missed`: something between is not known here
     */
    changed({ type: _, revision, role, ...facts }) {
        if (revision <= this.revision) {
            return 'known';
        }
        if (revision > this.revision + 1) {
            return 'missed';
        }
        this.revision = revision;
        this.role = role ?? this.role;
        this.form = { .../** @type {FormFacts} */ (this.form), ...facts };
        return 'changed';
    }

    /**
     * Whom an n stands for.
     *
     * @param {number | null | undefined} n
     * @returns {ClientFacts | null}
     */
    clientOf(n) {
        return (n === null || n === undefined ? null : this.#clients.get(n)) ?? null;
    }
}
