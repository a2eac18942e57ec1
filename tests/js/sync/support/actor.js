// @ts-check
/**
 * A person at a page, by chance: types, pastes, deletes, chooses, adds, moves and removes rows, decides refusals.
 *
 * Every character that it types exists once: what is lost or doubled can be counted.
 */

import { keyOf } from '../../../../static/js/document/operations.js';
import { apply } from '../../../../static/js/document/text.js';

/** @typedef {import('../../../../static/js/document/operations.js').Address} Address */
/** @typedef {import('../../../../static/js/document/operations.js').Delta} Delta */
/** @typedef {import('./page.js').Page} Page */
/** @typedef {import('./random.js').Chance} Chance */

const BASIC = 0x4e00; // one UTF-16 unit each
const ASTRAL = 0x20000; // two
const SHARE = 4000; // characters for each person
export const UNIQUE = /[\u4e00-\u9fff\u{20000}-\u{2ffff}]/gu;

/** Hands out characters that nobody else has. */
export class Alphabet {
    #first;
    #count = 0;

    /** @param {number} person up to 5 */
    constructor(person) {
        this.#first = person * SHARE;
    }

    /** @type {string[]} */
    handedOut = [];

    /** @param {number} length */
    take(length) {
        let text = '';
        for (let left = length; left > 0; left -= 1) {
            const number = this.#first + (this.#count % SHARE);
            const character = String.fromCodePoint(this.#count % 3 === 0 ? ASTRAL + number : BASIC + number);
            this.handedOut.push(character);
            this.#count += 1;
            text += character;
        }
        return text;
    }
}

/**
 * Does one thing.
 *
 * @param {Page} page
 * @param {Chance} random
 * @param {Alphabet} alphabet
 * @returns {Record<string, unknown>} what was done
 */
export function act(page, random, alphabet) {
    const deed = random.below(100);
    if (deed < 55) {
        return type(page, random, alphabet);
    }
    if (deed < 75) {
        return choose(page, random);
    }
    if (deed < 93) {
        return arrange(page, random);
    }
    return deed < 97 ? look(page, random) : decide(page, random);
}

/**
 * @param {Page} page
 * @param {Chance} random
 * @param {Alphabet} alphabet
 */
function type(page, random, alphabet) {
    const texts = page.addresses().filter((address) => page.client.definition?.fieldAt(address)?.merges);
    if (texts.length === 0) {
        return { did: 'nothing' };
    }
    const address = random.choice(texts);
    const shown = /** @type {string} */ (page.client.value(address));
    const length = [...shown].length;
    const at = random.below(length + 1);
    const removed = random.happens(0.25) ? random.below(Math.min(4, length - at) + 1) : 0;
    const typed = removed === 0 || random.happens(0.5) ? alphabet.take(1 + random.below(3)) : '';
    /** @type {Delta} */
    const delta = [at, { d: removed }, typed].filter((part) => (typeof part === 'object' ? part.d > 0 : Boolean(part)));
    page.type(address, apply(shown, delta));
    page.client.edit(address, delta, { time: alphabet.handedOut.length * 200 });
    if (random.happens(0.3)) {
        const caret = at + [...typed].length;
        page.client.focus(address, [caret, caret]);
    }
    return { did: 'edit', ...address, delta, removed: [...shown].slice(at, at + removed).join('') };
}

/**
 * @param {Page} page
 * @param {Chance} random
 */
function choose(page, random) {
    const scalars = page.addresses().filter((address) => !page.client.definition?.fieldAt(address)?.merges);
    if (scalars.length === 0) {
        return { did: 'nothing' };
    }
    const address = random.choice(scalars);
    const field = page.client.definition?.fieldAt(address);
    const value = random.happens(0.1) ? null : valueFor(field, random);
    page.type(address, value);
    page.client.set(address, value);
    return { did: 'set', ...address, value };
}

/**
 * @param {import('../../../../static/js/document/definition.js').Field | null | undefined} field
 * @param {Chance} random
 */
function valueFor(field, random) {
    switch (field?.type) {
        case 'integer':
        case 'number':
            return random.below(7);
        case 'checkbox':
            return random.happens(0.5);
        case 'choice':
            return random.choice(field.choices).value;
        case 'choices':
            return field.choices.filter(() => random.happens(0.4)).map(({ value }) => value);
        case 'date':
            return `2025-01-0${1 + random.below(7)}`;
        case 'time':
            return `0${random.below(8)}:30`;
        case 'datetime':
            return `2025-01-0${1 + random.below(7)}T08:00:00Z`;
        default:
            return null;
    }
}

/**
 * @param {Page} page
 * @param {Chance} random
 */
function arrange({ client }, random) {
    const tables = [...(client.definition?.tables.keys() ?? [])];
    if (tables.length === 0) {
        return { did: 'nothing' };
    }
    const table = random.choice(tables);
    const there = client.rows(table);
    const after = there.length === 0 || random.happens(0.2) ? null : random.choice(there);
    const deed = random.below(10);
    if (there.length === 0 || (deed < 5 && there.length < 12)) {
        return { did: 'add_row', table, row: client.addRow(table, after), after };
    }
    const row = random.choice(there);
    if (deed < 7) {
        client.moveRow(table, row, after);
        return { did: 'move_row', table, row, after };
    }
    if (deed < 9) {
        client.removeRow(table, row);
        if (random.happens(0.5)) {
            client.restoreRow(table, row);
        }
        return { did: 'remove_row', table, row };
    }
    return restore(client, table, random);
}

/**
 * Brings a row back that a refusal tells of.
 *
 * @param {import('../../../../static/js/sync/client.js').SyncClient} client
 * @param {string} table
 * @param {Chance} random
 */
function restore(client, table, random) {
    const gone = client.refusals.filter(
        ({ address }) => address?.table === table && !client.hasRow(table, address.row ?? ''),
    );
    if (gone.length === 0) {
        return { did: 'nothing' };
    }
    const row = random.choice(gone).address?.row ?? '';
    client.restoreRow(table, row);
    return { did: 'restore_row', table, row };
}

/**
 * @param {Page} page
 * @param {Chance} random
 */
function look(page, random) {
    if (random.happens(0.3)) {
        page.client.blur();
        return { did: 'blur' };
    }
    const address = random.choice(page.addresses());
    page.client.focus(address, null);
    return { did: 'focus', ...address };
}

/**
 * @param {Page} page
 * @param {Chance} random
 */
function decide({ client }, random) {
    const refusals = client.refusals;
    if (refusals.length === 0) {
        return { did: 'nothing' };
    }
    const { id, op } = random.choice(refusals);
    if (random.happens(0.6)) {
        client.retry(id);
        return { did: 'retry', key: 'field' in op ? keyOf(op) : op.row };
    }
    client.dismiss(id);
    return { did: 'dismiss', key: 'field' in op ? keyOf(op) : op.row };
}
