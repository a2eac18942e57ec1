// @ts-check
/**
 * What a form would hold if one person had done nothing, as far as that can be said: read from the log alone.
 *
 * Text: what others wrote is kept unless others deleted it; what was deleted by the person *and* by others may be there
 * or not. A value: what others set last, unless the person set the same at the same time. A row of others is there
 * unless others removed it; one of the person only if others wrote in it. Of a row that somebody has brought back
 * nothing is said.
 */

import { keyOf, rowKeyOf } from '../../../../static/js/document/operations.js';
import { sameValue } from '../../../../static/js/document/values.js';

/** @typedef {import('../../../../static/js/document/operations.js').Op} Op */
/** @typedef {{isOthers: boolean, deletedBy: Set<'person' | 'others'>}} Letter */
/** @typedef {{alive: string[], letters: Map<string, Letter>}} Text every character is at most once in it */
/** @typedef {{mine: boolean, filled: 'no' | 'perhaps' | 'yes', removed: boolean, restored: boolean}} RowFacts */

export class Ledger {
    #reference;

    /** @param {import('./reference.js').Reference} reference */
    constructor(reference) {
        this.#reference = reference;
    }

    /**
     * @param {string} clientId
     * @returns {(n: number) => boolean}
     */
    authorOf(clientId) {
        const { clients } = this.#reference.committed(0);
        return (n) => clients[n].client_id === clientId;
    }

    /** @param {(n: number) => boolean} isPerson */
    read(isPerson) {
        const fields = [...this.#reference.definition.fields.values()].filter(({ merges }) => merges);
        const facts = new Facts(Object.fromEntries(fields.map(({ key, default: text }) => [key, String(text ?? '')])));
        for (const { by, op } of this.#reference.log) {
            facts.take(op, isPerson(by));
        }
        return facts;
    }
}

class Facts {
    /** @type {Map<string, Text>} */
    #texts = new Map();
    /** @type {Map<string, {value: any, isLast: boolean, isDouble: boolean}>} */
    #sets = new Map();
    /** @type {Map<string, RowFacts>} */
    #rows = new Map();

    /** @param {Record<string, string>} texts what stood there at version 0 */
    constructor(texts) {
        Object.entries(texts).forEach(([key, text]) => this.#start(key, text));
    }

    /**
     * @param {Op} op
     * @param {boolean} isPerson
     */
    take(op, isPerson) {
        if (op.kind === 'edit') {
            this.#edit(op, isPerson);
        } else if (op.kind === 'set') {
            this.#set(op, isPerson);
        } else if (op.kind === 'add_row') {
            this.#rows.set(rowKeyOf(op), { mine: isPerson, filled: 'no', removed: false, restored: false });
            Object.entries(op.values ?? {}).forEach(([field, value]) => {
                this.#start(keyOf({ table: op.table, row: op.row, field }), String(value));
            });
        } else if (op.kind === 'remove_row' && !isPerson) {
            this.row(rowKeyOf(op)).removed = true;
        } else if (op.kind === 'restore_row') {
            const row = this.row(rowKeyOf(op));
            row.restored ||= !isPerson || row.removed;
        }
        if (!isPerson && op.table !== undefined && op.kind !== 'add_row') {
            const row = this.row(rowKeyOf({ table: op.table, row: op.row }));
            const writes = op.kind === 'set' || (op.kind === 'edit' && op.delta.length > 0);
            // A row that is moved at the same time as it is removed is a conflict (C6), and stays.
            row.filled = writes ? 'yes' : row.filled === 'no' ? 'perhaps' : row.filled;
        }
    }

    /**
     * @param {string} key
     * @returns {RowFacts}
     */
    row(key) {
        return this.#rows.get(key) ?? { mine: false, filled: 'no', removed: false, restored: false };
    }

    /** @param {string} key */
    text(key) {
        const others = [...(this.#texts.get(key)?.letters ?? [])].filter(([, { isOthers }]) => isOthers);
        return {
            kept: others.filter(([, { deletedBy }]) => !deletedBy.has('others')).map(([character]) => character),
            perhaps: others.filter(([, { deletedBy }]) => deletedBy.size === 2).map(([character]) => character),
        };
    }

    /** @param {string} key */
    lastSet(key) {
        return this.#sets.get(key) ?? null;
    }

    /**
     * @param {string} key
     * @param {string} value
     */
    #start(key, value) {
        const alive = [...value];
        const letters = new Map(alive.map((character) => [character, { isOthers: true, deletedBy: new Set() }]));
        this.#texts.set(key, { alive, letters });
    }

    /**
     * @param {import('../../../../static/js/document/operations.js').SetOp} op
     * @param {boolean} isPerson
     */
    #set(op, isPerson) {
        const others = this.#sets.get(keyOf(op));
        if (!isPerson) {
            this.#sets.set(keyOf(op), { value: op.value, isLast: true, isDouble: false });
        } else if (others !== undefined) {
            // The same value without having seen it: what the person does to it then is done to either.
            others.isDouble ||= others.isLast && sameValue(op.value, others.value);
            others.isLast = false;
        }
    }

    /**
     * @param {import('../../../../static/js/document/operations.js').EditOp} op
     * @param {boolean} isPerson
     */
    #edit(op, isPerson) {
        const key = keyOf(op);
        if (!this.#texts.has(key)) {
            this.#start(key, '');
        }
        const { alive, letters } = /** @type {Text} */ (this.#texts.get(key));
        let at = 0;
        for (const component of op.delta) {
            if (typeof component === 'number') {
                at += component;
            } else if (typeof component === 'string') {
                const typed = [...component];
                typed.forEach((character) => this.#insert(letters, character, isPerson));
                alive.splice(at, 0, ...typed);
                at += typed.length;
            } else {
                for (const character of alive.splice(at, component.d)) {
                    letters.get(character)?.deletedBy.add(isPerson ? 'person' : 'others');
                }
            }
        }
    }

    /**
     * @param {Map<string, Letter>} letters
     * @param {string} character
     * @param {boolean} isPerson
     */
    #insert(letters, character, isPerson) {
        const known = letters.get(character);
        if (known === undefined) {
            letters.set(character, { isOthers: !isPerson, deletedBy: new Set() });
        } else if (isPerson) {
            known.deletedBy.add('person'); // brought back: so it was, though others came first
        }
    }
}
