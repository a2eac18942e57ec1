// @ts-check

/**
 * What a form is made of: the values that a template's definition is read into.
 *
 * Owns their shapes and nothing else: `schema.js` reads them from JSON, `values.js` checks what is filled in. Things
 * are looked up by key in Maps: a field may be called `constructor`.
 *
 * @module
 */

/** @typedef {{table?: string | null, field: string}} FieldAddress as much of an address as says which field is meant */

/** @typedef {{path: string, code: string, message: string}} Problem something that is not right, and where */

/** @typedef {{value: string, label: string}} Choice */

/**
 * @typedef {object} Field one question, or one column of a table
 * @property {string} key
 * @property {string} type
 * @property {string} label
 * @property {string} help
 * @property {string} unit
 * @property {boolean} required
 * @property {number | string | null} min
 * @property {number | string | null} max
 * @property {string | null} pattern
 * @property {number | null} maxLength
 * @property {readonly Choice[]} choices
 * @property {unknown} default
 * @property {boolean} merges whether it changes by `edit`, character by character, and not by `set`
 */

/** @typedef {{key: string, title: string, help: string, columns: readonly Field[]}} Table */

/** @typedef {{key: string, title: string, help: string, fields: readonly Field[], tables: readonly Table[]}} Section */

const MERGING = new Set(['text', 'long_text']);

/**
 * A field with what is given and the defaults of the rest.
 *
 * @param {Partial<Field> & {key: string, type: string}} given
 * @returns {Field}
 */
export function createField(given) {
    return Object.freeze({
        label: '',
        help: '',
        unit: '',
        required: false,
        min: null,
        max: null,
        pattern: null,
        maxLength: null,
        choices: [],
        default: null,
        ...given,
        merges: MERGING.has(given.type),
    });
}

/** A template's definition, checked. `source` is the JSON it was read from. */
export class Definition {
    /** @type {Map<string | null, Map<string, Field>>} the fields by table (null: of the form itself) and key */
    #cells = new Map();

    /**
     * @param {{key: string, title: string, sections: readonly Section[], source: unknown}} read
     */
    constructor({ key, title, sections, source }) {
        this.key = key;
        this.title = title;
        this.sections = sections;
        this.source = source;
        /** @type {Map<string, Field>} */
        this.fields = new Map();
        /** @type {Map<string, Table>} */
        this.tables = new Map();
        /** @type {Map<string, string>} from the key of a field or table to that of its section */
        this.sectionOf = new Map();
        for (const section of sections) {
            this.#enter(section);
        }
        this.#cells.set(null, this.fields);
        Object.freeze(this);
    }

    /**
     * The field that an address means: one of the form, or a column of the table that it names.
     *
     * @param {FieldAddress} address
     * @returns {Field | null}
     */
    fieldAt({ table = null, field }) {
        return this.#cells.get(table)?.get(field) ?? null;
    }

    /** @param {Section} section */
    #enter(section) {
        for (const field of section.fields) {
            this.fields.set(field.key, field);
            this.sectionOf.set(field.key, section.key);
        }
        for (const table of section.tables) {
            this.tables.set(table.key, table);
            this.sectionOf.set(table.key, section.key);
            this.#cells.set(table.key, new Map(table.columns.map((column) => [column.key, column])));
        }
    }
}
