// @ts-check
/**
 * Edits that were not taken, kept with what was typed until their author decides (I6).
 *
 * Owns the refusals that are open: one for each address, and those of whole rows. Keeps a refused text's delta on what
 * is committed now, so that it can be put in again where it belongs. Must not know how anything is sent.
 *
 * @module
 */

import { addressOf, keyOf } from '../document/operations.js';
import { compose, transform } from '../document/text.js';
import { sameValue } from '../document/values.js';

/** @typedef {import('../document/operations.js').Address} Address */
/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('../document/operations.js').Delta} Delta */
/** @typedef {import('../document/document.js').StoredCell} StoredCell */
/** @typedef {import('./types.js').Refusal} Refusal */
/** @typedef {{op: Op, code: string, message: string, mine: any, current: any, delta: Delta | null}} Refused */
/** @typedef {Refused & {id: string}} KeptRefusal */

export class Refusals {
    /** @type {Map<string, KeptRefusal>} by id */
    #open = new Map();
    /** @type {Map<string, KeptRefusal>} by the key of their address */
    #cells = new Map();
    #count = 0;
    #describe;
    #changed;

    /**
     * @param {(kept: KeptRefusal) => Refusal} describe as the page sees one
     * @param {(id: string, address: Address | null, refusal: Refusal | null) => void} changed
     */
    constructor(describe, changed) {
        this.#describe = describe;
        this.#changed = changed;
    }

    get size() {
        return this.#open.size;
    }

    /** @returns {Refusal[]} oldest first */
    all() {
        return [...this.#open.values()].map(this.#describe);
    }

    /** @returns {KeptRefusal[]} JSON-able */
    keep() {
        return [...this.#open.values()].map((refusal) => ({ ...refusal }));
    }

    /** @param {KeptRefusal[]} kept */
    restore(kept) {
        for (const { id: _, ...refused } of kept) {
            this.add(refused);
        }
    }

    /** @param {string} id */
    byId(id) {
        return this.#open.get(id) ?? null;
    }

    /** @param {string} key */
    at(key) {
        return this.#cells.get(key) ?? null;
    }

    /**
     * @param {string} key
     * @returns {Refusal | null}
     */
    shownAt(key) {
        const kept = this.at(key);
        return kept === null ? null : this.#describe(kept);
    }

    /**
     * Keeps one more. What was refused at an address before is part of it: a text's edits are composed, of values the
     * last one counts.
     *
     * @param {Refused} refused
     */
    add(refused) {
        const address = addressOf(refused.op);
        const known = address === null ? null : this.at(keyOf(address));
        const both = known !== null && refused.op.kind === 'edit' ? bothTexts(known, refused) : {};
        this.#put({ ...refused, ...both, id: known?.id ?? this.#newId() }, address);
    }

    /**
     * Changes what is known of one, and says so.
     *
     * @param {KeptRefusal} kept
     * @param {Partial<Refused>} news
     */
    update(kept, news) {
        this.#put({ ...kept, ...news }, addressOf(kept.op));
    }

    /** @param {KeptRefusal} kept */
    settle(kept) {
        const address = addressOf(kept.op);
        this.#open.delete(kept.id);
        if (address !== null) {
            this.#cells.delete(keyOf(address));
        }
        this.#changed(kept.id, address, null);
    }

    /**
     * A text changed underneath: keeps the refused delta on what is committed now.
     *
     * @param {string} key
     * @param {Delta} committed
     */
    pass(key, committed) {
        const kept = this.at(key);
        if (kept !== null && kept.delta !== null) {
            kept.delta = transform(kept.delta, committed, 'right');
        }
    }

    /** The committed texts become others, and nobody knows by which edits: what was typed stays as it reads now. */
    forgetDeltas() {
        for (const kept of this.#open.values()) {
            kept.mine = this.#describe(kept).mine;
            kept.delta = null;
        }
    }

    /**
     * A cell changed: the refusal shows what stands there now. Where that is what the person wanted there is nothing to
     * decide any more.
     *
     * @param {string} key
     * @param {StoredCell | null} current
     */
    overtaken(key, current) {
        const kept = this.at(key);
        if (kept === null) {
            return;
        }
        if (kept.op.kind === 'set' && current !== null && sameValue(kept.mine, current.value)) {
            this.settle(kept);
        } else {
            this.update(kept, {});
        }
    }

    /**
     * @param {KeptRefusal} kept
     * @param {Address | null} address
     */
    #put(kept, address) {
        this.#open.set(kept.id, kept);
        if (address !== null) {
            this.#cells.set(keyOf(address), kept);
        }
        this.#changed(kept.id, address, this.#describe(kept));
    }

    #newId() {
        this.#count += 1;
        return `refusal-${this.#count}`;
    }
}

/**
 * Two refused edits of one text, both made on what is committed: the second was typed where the first was not seen.
 *
 * @param {Refused} first
 * @param {Refused} second
 * @returns {Pick<Refused, 'mine' | 'delta'>}
 */
function bothTexts(first, second) {
    if (first.delta === null || second.delta === null) {
        // Where one of them belongs is not known any more. Both are the person's words: none is dropped.
        const mine = first.mine.includes(second.mine) ? first.mine : `${first.mine}\n\n${second.mine}`;
        return { mine, delta: null };
    }
    return { mine: second.mine, delta: compose(first.delta, transform(second.delta, first.delta, 'right')) };
}
