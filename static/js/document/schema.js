// @ts-check

/**
 * Reads a template's definition from JSON and says everything that is wrong with it, at once, each with its place.
 *
 * Takes whatever JSON can hold, and throws nothing but `DefinitionInvalid`. An option nobody knows is refused: a typo
 * would otherwise be a rule that silently does not hold. Its twin is `collab/document/schema.py`: same paths, same
 * codes, in the same order.
 *
 * @module
 */

import { Definition, createField } from './definition.js';
import { MAX_NAME_LENGTH, Part } from './part.js';
import { MAX_PATTERN_LENGTH, PatternError, compilePattern } from './pattern.js';
import { FIELD_TYPES, countCharacters, report } from './values.js';

/** @typedef {import('./definition.js').Choice} Choice */
/** @typedef {import('./definition.js').Field} Field */
/** @typedef {import('./definition.js').Problem} Problem */
/** @typedef {import('./definition.js').Section} Section */
/** @typedef {import('./definition.js').Table} Table */

export const MAX_SECTIONS = 50;
export const MAX_FIELDS = 200; // of one section
export const MAX_TABLES = 20; // of one section
export const MAX_COLUMNS = 50;
export const MAX_CHOICES = 200;
export const MAX_UNIT_LENGTH = 32;
export const MAX_HELP_LENGTH = 2_000;

const TEMPLATE_KEY = /^[a-z][a-z0-9_-]*$/;
const KEY = /^[a-z][a-z0-9_]*$/;

const TEMPLATE_OPTIONS = new Set(['key', 'title', 'sections']);
const SECTION_OPTIONS = new Set(['key', 'title', 'help', 'fields', 'tables']);
const TABLE_OPTIONS = new Set(['key', 'title', 'help', 'columns']);
const CHOICE_OPTIONS = new Set(['value', 'label']);
const FIELD_OPTIONS = new Set([
    ...['key', 'type', 'label', 'help', 'unit', 'required'],
    ...['min', 'max', 'pattern', 'max_length', 'choices', 'default'],
]);
const MERGING = new Set(['text', 'long_text']);
const ORDERED = new Set(['integer', 'number', 'date', 'time', 'datetime']);
const CHOOSING = new Set(['choice', 'choices']);
/** @type {Map<string, Set<string>>} */
const ONLY_FOR = new Map([
    ['unit', new Set(['integer', 'number', 'text'])],
    ['min', ORDERED],
    ['max', ORDERED],
    ['pattern', MERGING],
    ['max_length', MERGING],
    ['choices', CHOOSING],
]);

/** A definition that cannot be used, with everything that is wrong with it. */
export class DefinitionInvalid extends Error {
    name = 'DefinitionInvalid';

    /** @param {readonly Problem[]} errors */
    constructor(errors) {
        super(errors.map((error) => `${error.path || 'definition'}: ${error.message}`).join('; '));
        this.errors = errors;
    }
}

/**
 * The definition in this JSON. Throws `DefinitionInvalid` with all errors.
 *
 * @param {unknown} data
 * @returns {Definition}
 */
export function readDefinition(data) {
    /** @type {Problem[]} */
    const problems = [];
    const root = new Part(data, '', problems);
    root.refuseUnknown(TEMPLATE_OPTIONS);
    const key = root.key(TEMPLATE_KEY);
    const title = root.name('title');
    const sections = readSections(root);
    if (problems.length > 0) {
        throw new DefinitionInvalid(problems);
    }
    return new Definition({ key, title, sections, source: data });
}

/**
 * @param {Part} root
 * @returns {Section[]}
 */
function readSections(root) {
    const keys = new Set();
    const taken = new Set(); // fields and tables share the names, all over the template
    return root.parts('sections', MAX_SECTIONS, { needed: true }, (part) => readSection(part, keys, taken));
}

/**
 * @param {Part} part
 * @param {Set<string>} keys
 * @param {Set<string>} taken
 * @returns {Section}
 */
function readSection(part, keys, taken) {
    part.refuseUnknown(SECTION_OPTIONS);
    return Object.freeze({
        key: part.key(KEY, keys),
        title: part.name('title'),
        help: part.text('help', MAX_HELP_LENGTH),
        fields: part.parts('fields', MAX_FIELDS, {}, (field) => readField(field, taken)),
        tables: part.parts('tables', MAX_TABLES, {}, (table) => readTable(table, taken)),
    });
}

/**
 * @param {Part} part
 * @param {Set<string>} taken
 * @returns {Table}
 */
function readTable(part, taken) {
    part.refuseUnknown(TABLE_OPTIONS);
    const keys = new Set();
    return Object.freeze({
        key: part.key(KEY, taken),
        title: part.name('title'),
        help: part.text('help', MAX_HELP_LENGTH),
        columns: part.parts('columns', MAX_COLUMNS, { needed: true }, (column) => readField(column, keys)),
    });
}

/**
 * @param {Part} part
 * @param {Set<string>} taken
 * @returns {Field}
 */
function readField(part, taken) {
    part.refuseUnknown(FIELD_OPTIONS);
    const field = createField({
        key: part.key(KEY, taken),
        type: part.type(),
        label: part.name('label'),
        help: part.text('help', MAX_HELP_LENGTH),
        unit: part.text('unit', MAX_UNIT_LENGTH),
        required: part.flag('required'),
    });
    return FIELD_TYPES.includes(field.type) ? withRules(part, field) : field;
}

/**
 * The field with the options that depend on its type.
 *
 * @param {Part} part
 * @param {Field} bare
 * @returns {Field}
 */
function withRules(part, bare) {
    part.refuseUnfit(bare.type, ONLY_FOR);
    const choices = CHOOSING.has(bare.type) ? readChoices(part) : [];
    const [min, max] = ORDERED.has(bare.type) ? readBounds(part, bare) : [null, null];
    const pattern = bare.merges ? readPattern(part) : null;
    const maxLength = bare.merges ? part.length('max_length') : null;
    const field = createField({ ...bare, choices, min, max, pattern, maxLength });
    return createField({ ...field, default: readDefault(part, field) });
}

/**
 * @param {Part} part
 * @returns {Choice[]}
 */
function readChoices(part) {
    const seen = new Set();
    const options = { needed: true, strings: true };
    return part.parts('choices', MAX_CHOICES, options, (item) => readChoice(item, seen));
}

/**
 * @param {Part} part
 * @param {Set<string>} seen
 * @returns {Choice}
 */
function readChoice(part, seen) {
    part.refuseUnknown(CHOICE_OPTIONS);
    const value = part.name('value');
    if (value && seen.has(value)) {
        part.complain('', 'duplicate', 'This choice is there already.');
    }
    seen.add(value);
    return Object.freeze({ value, label: part.text('label', MAX_NAME_LENGTH) || value });
}

/**
 * @param {Part} part
 * @param {Field} field
 * @returns {[min: any, max: any]}
 */
function readBounds(part, field) {
    const min = part.fitting('min', field);
    const max = part.fitting('max', field);
    if (min !== null && max !== null && report(createField({ ...field, min }), max).length > 0) {
        part.complain('max', 'range', 'The largest value is smaller than the smallest.');
    }
    return [min, max];
}

/**
 * @param {Part} part
 * @returns {string | null}
 */
function readPattern(part) {
    const pattern = part.text('pattern', MAX_PATTERN_LENGTH);
    if (typeof part.get('pattern') !== 'string' || countCharacters(pattern) > MAX_PATTERN_LENGTH) {
        return null;
    }
    try {
        compilePattern(pattern);
    } catch (error) {
        if (!(error instanceof PatternError)) {
            throw error;
        }
        part.complain('pattern', 'pattern', error.message);
    }
    return pattern;
}

/**
 * @param {Part} part
 * @param {Field} field
 * @returns {unknown}
 */
function readDefault(part, field) {
    const value = part.get('default');
    let rules = createField({ ...field, required: false });
    if (part.troubled) {
        // Only rules that are right themselves can be held against it.
        if (CHOOSING.has(field.type)) {
            return value;
        }
        rules = createField({ ...rules, min: null, max: null, pattern: null, maxLength: null });
    }
    for (const problem of report(rules, value)) {
        part.complain('default', 'default', problem.message);
    }
    return value;
}
