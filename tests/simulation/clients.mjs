// @ts-check
/**
 * Hosts real sync clients for a harness in another language, which plays the server and the network.
 *
 * Speaks JSON lines: a command or a list of commands on a line of stdin, its answer or the list of their answers on a
 * line of stdout, in order. A list saves the harness a round trip for each command. The process ends with its stdin.
 *
 * Commands, `id` being the harness's small number (0 to 4) for a client:
 *
 *     {"do": "make", "id": i, "client_id": "…"}    a page is loaded for the first time
 *     {"do": "open", "id": i}                      its connection stands; the `join` is in `sent`
 *     {"do": "deliver", "id": i, "frame": {…}}     a frame of the server arrives
 *     {"do": "close", "id": i}                     its connection falls; optional: "code", "reason", "final"
 *     {"do": "edit", "id": i, "seed": n}           its person does one thing, drawn from the seed
 *     {"do": "reload", "id": i}                    the page is loaded again: only `undelivered()` survives, as JSON
 *     {"do": "settle", "id": i}                    its person lets every refusal go
 *     {"do": "state", "id": i}                     what it has and shows
 *     {"do": "reset"}                              forgets every client: another story begins
 *
 * Every answer is an object with, where there is something to tell,
 *
 *     "sent": [frame, …]       what the client sent since the last answer about it, in order
 *     "events": {type: n}      what it emitted meanwhile; "rejoin" asks for a close and an open
 *     "wrong": ["…"]           where a page that only hears events differs from what the client says: always a bug
 *     "error": "…"             the client threw: always a bug
 *
 * To `edit`, besides, `did` (edit, set, add_row, remove_row, restore_row, move_row, focus, blur, retry, dismiss,
 * nothing) and what it was done to, and three strings for counting characters. Each character that is typed exists once
 * in a whole story:
 *
 *     "typed": "…"     put into a text: must be in the log exactly once, unless it is in one of the following
 *     "removed": "…"   taken out of a text by this person, perhaps before it was ever sent
 *     "released": "…"  in a refusal that the person decided about (also of `settle`): may be missing, or typed again
 *
 * To `state`: `snapshot` (of what is committed, as the protocol has it), `version`, `view` ({values: {field: value},
 * tables: {table: [{row, values: {field: value}}]}}: what the page shows), `pending` (changes not acknowledged),
 * `refusals`, `refused` (the typed characters in these), `status`, `client_id`.
 */

import { createInterface } from 'node:readline';

import { Alphabet, UNIQUE, act } from '../js/sync/support/actor.js';
import { Page } from '../js/sync/support/page.js';
import { Chance } from '../js/sync/support/random.js';
import { SyncClient } from '../../static/js/sync/client.js';

/** One client, through all its pages. */
class Host {
    /** @type {any[]} */
    #sent = [];
    #ids = 0;
    #alphabet;

    /**
     * @param {number} id
     * @param {string} clientId
     */
    constructor(id, clientId) {
        this.id = id;
        this.#alphabet = new Alphabet(id);
        this.page = this.#load(clientId);
    }

    get client() {
        return this.page.client;
    }

    /** @param {any} command */
    obey(command) {
        switch (command.do) {
            case 'make':
                return {};
            case 'open':
                return this.client.opened();
            case 'deliver':
                return this.client.received(command.frame);
            case 'close':
                return this.client.closed({ code: command.code, reason: command.reason, final: command.final });
            case 'edit':
                return this.#edit(new Chance(command.seed));
            case 'reload':
                return this.#reload();
            case 'settle':
                return this.#settle();
            case 'state':
                return this.#state();
            default:
                throw new Error(`There is no command ${command.do}.`);
        }
    }

    /** What happened since it was asked last. */
    news() {
        const [sent, events, wrong] = [this.#sent, this.page.heard, this.page.differences()];
        this.#sent = [];
        this.page.heard = {};
        return { sent, events, ...(wrong.length > 0 ? { wrong } : {}) };
    }

    /** @param {Chance} random */
    #edit(random) {
        if (!this.page.isReady) {
            return { did: 'nothing', typed: '', removed: '', released: '' };
        }
        const had = this.#alphabet.handedOut.length;
        const refused = this.#refused();
        const deed = act(this.page, random, this.#alphabet);
        const typed = this.#alphabet.handedOut.slice(had).join('');
        const decided = deed.did === 'retry' || deed.did === 'dismiss';
        return { ...deed, typed, removed: deed.removed ?? '', released: decided ? refused : '' };
    }

    #reload() {
        const kept = JSON.parse(JSON.stringify(this.client.undelivered()));
        const { heard } = this.page;
        this.page = this.#load(kept.clientId);
        this.page.heard = heard;
        this.client.restore(kept);
    }

    #settle() {
        const released = this.#refused();
        for (const { id } of this.client.refusals) {
            this.client.dismiss(id);
        }
        return { released };
    }

    #state() {
        const { client, page } = this;
        const { snapshot, version, refusals, status, clientId } = client;
        const view = page.isReady ? viewOf(client) : null;
        return {
            snapshot,
            version,
            view,
            pending: status.waiting,
            refusals,
            refused: this.#refused(),
            status,
            client_id: clientId,
        };
    }

    /** The typed characters that stand in refusals. */
    #refused() {
        return [...JSON.stringify(this.client.refusals).matchAll(UNIQUE)].join('');
    }

    /** @param {string} clientId */
    #load(clientId) {
        const page = new Page();
        page.client = new SyncClient({
            clientId,
            send: (message) => this.#sent.push(message),
            emit: page.hear,
            newRowId: () => `row-${this.id}-${this.#number()}`,
            newClientId: () => `client-${this.id}-${this.#number()}`,
        });
        return page;
    }

    #number() {
        this.#ids += 1;
        return String(this.#ids).padStart(5, '0');
    }
}

/** @param {SyncClient} client */
function viewOf(client) {
    const { definition } = client;
    const fields = [...(definition?.fields.keys() ?? [])];
    const values = Object.fromEntries(fields.map((field) => [field, client.value({ field })]));
    const tables = [...(definition?.tables.values() ?? [])].map(({ key: table, columns }) => {
        const rows = client.rows(table).map((row) => {
            const cells = columns.map(({ key: field }) => [field, client.value({ table, row, field })]);
            return { row, values: Object.fromEntries(cells) };
        });
        return [table, rows];
    });
    return { values, tables: Object.fromEntries(tables) };
}

/** @type {Map<number, Host>} */
const hosts = new Map();

/**
 * @param {any} command
 * @returns {any} its answer
 */
function answer(command) {
    if (command.do === 'reset') {
        hosts.clear();
        return {};
    }
    if (command.do === 'make') {
        hosts.set(command.id, new Host(command.id, command.client_id));
    }
    try {
        const host = hosts.get(command.id);
        if (host === undefined) {
            throw new Error(`There is no client ${command.id}.`);
        }
        const told = host.obey(command) ?? {};
        return { ...told, ...host.news() };
    } catch (error) {
        return { error: error instanceof Error ? error.stack : String(error) };
    }
}

for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    const answers = Array.isArray(command) ? command.map(answer) : answer(command);
    process.stdout.write(`${JSON.stringify(answers)}\n`);
}
