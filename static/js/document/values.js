// @ts-check

/**
 * Values: which may be stored in a field, when two are the same, and what is still to be said about one.
 *
 * Two kinds of check (rule C8). `checkValue` is hard: what fails it is never stored. `report` is soft: it names what a
 * person may still be in the middle of, beside the field at once, and in the way only when the form is submitted.
 *
 * Takes anything that JSON can hold and never throws. Its twin is `collab/document/values.py`.
 *
 * @module
 */

import { PatternError, compilePattern } from './pattern.js';

/** @typedef {import('./definition.js').Field} Field */
/** @typedef {import('./definition.js').Problem} Problem */

export const MAX_TEXT_LENGTH = 100_000;

/** Up to here every integer is the same number in Python, in JavaScript and in JSON; beyond, numbers run together. */
export const MAX_NUMBER = 2 ** 53;

const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const TIME = /^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$/;
const DATETIME = /^([0-9]{4}-[0-9]{2}-[0-9]{2})T((?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?)Z$/;
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** @type {Map<string, (field: Field, value: unknown) => string | null>} */
const CHECKS = new Map([
    ['text', text],
    ['long_text', text],
    ['integer', integer],
    ['number', number],
    ['date', date],
    ['time', time],
    ['datetime', datetime],
    ['choice', choice],
    ['choices', choices],
    ['checkbox', checkbox],
]);

export const FIELD_TYPES = Object.freeze([...CHECKS.keys()]);

/**
 * Why the value cannot be stored in the field; null if it can. Null always can: it clears the field.
 *
 * @param {Field} field
 * @param {unknown} value
 * @returns {string | null}
 */
export function checkValue(field, value) {
    const check = CHECKS.get(field.type);
    if (check === undefined) {
        throw new TypeError(`no such type of field: ${field.type}`);
    }
    return value === null ? null : check(field, value);
}

/**
 * Equality of JSON values, in which true is not 1.
 *
 * @param {unknown} one
 * @param {unknown} other
 * @returns {boolean}
 */
export function sameValue(one, other) {
    if (Array.isArray(one) && Array.isArray(other)) {
        return one.length === other.length && one.every((item, index) => sameValue(item, other[index]));
    }
    return one === other;
}

/**
 * Whether nothing was filled in. A checkbox that is not ticked was: no is an answer.
 *
 * @param {unknown} value
 * @returns {boolean}
 */
export function isEmpty(value) {
    return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/**
 * What is still wrong with a storable value, in a fixed order; the path is the field's key.
 *
 * @param {Field} field
 * @param {unknown} value
 * @returns {Problem[]}
 */
export function report(field, value) {
    return complaints(field, value).map(([code, message]) => ({ path: field.key, code, message }));
}

/**
 * Whether it holds a NUL, which PostgreSQL does not store, or half of a surrogate pair, which is no character.
 *
 * @param {string} value
 * @returns {boolean}
 */
export function unstorableText(value) {
    return UNSTORABLE.test(value);
}

/**
 * The length of a text in characters, as Python counts them.
 *
 * @param {string} value
 * @returns {number}
 */
export function countCharacters(value) {
    let count = 0;
    for (const _ of value) {
        count += 1;
    }
    return count;
}

/**
 * @param {Field} field
 * @param {unknown} value
 * @returns {[code: string, message: string][]}
 */
function complaints(field, value) {
    const unfit = checkValue(field, value);
    if (unfit !== null) {
        return [['invalid', unfit]];
    }
    if (isEmpty(value)) {
        return field.required ? [['required', 'This must be filled in.']] : [];
    }
    /** @type {[code: string, message: string][]} */
    const found = [];
    if (field.required && value === false) {
        found.push(['required', 'This must be ticked.']);
    }
    if (field.min !== null && rank(value) < rank(field.min)) {
        found.push(['min', `At least ${field.min}.`]);
    }
    if (field.max !== null && rank(value) > rank(field.max)) {
        found.push(['max', `At most ${field.max}.`]);
    }
    if (field.pattern !== null && !fits(field.pattern, String(value))) {
        found.push(['pattern', 'This is not written as it should be.']);
    }
    if (field.maxLength !== null && countCharacters(String(value)) > field.maxLength) {
        found.push(['max_length', `At most ${field.maxLength} characters.`]);
    }
    return found;
}

/**
 * @param {string} pattern
 * @param {string} value
 * @returns {boolean}
 */
function fits(pattern, value) {
    try {
        return compilePattern(pattern).fits(value);
    } catch (error) {
        if (error instanceof PatternError) {
            return true; // a definition that was read has none; an unread one must not bring a form down
        }
        throw error;
    }
}

/**
 * What orders the values of one type: numbers as they are, dates and times as text of one length. `10:00` is
 * `10:00:00.0`: what is left out is filled with zeros.
 *
 * @param {any} value
 * @returns {any}
 */
function rank(value) {
    if (typeof value !== 'string' || !value.includes(':')) {
        return value;
    }
    const plain = value.replace('Z', '');
    const given = plain.length - (plain.indexOf('T') + 1);
    return plain + '00:00:00.000000'.slice(given);
}

/** @type {(field: Field, value: unknown) => string | null} */
function text(_field, value) {
    if (typeof value !== 'string') {
        return 'This must be text.';
    }
    if (unstorableText(value)) {
        return 'The text holds a character that cannot be stored.';
    }
    return countCharacters(value) > MAX_TEXT_LENGTH ? `A text holds at most ${MAX_TEXT_LENGTH} characters.` : null;
}

/** @type {(field: Field, value: unknown) => string | null} */
function number(_field, value) {
    if (typeof value !== 'number') {
        return 'This must be a number.';
    }
    if (!Number.isFinite(value)) {
        return 'This must be a finite number.';
    }
    return Math.abs(value) > MAX_NUMBER ? 'This number is too large.' : null;
}

/** @type {(field: Field, value: unknown) => string | null} */
function integer(field, value) {
    const problem = number(field, value);
    return problem === null && !Number.isInteger(value) ? 'This must be a whole number.' : problem;
}

/** @type {(field: Field, value: unknown) => string | null} */
function date(_field, value) {
    return typeof value === 'string' && isDate(value) ? null : 'This must be a date, as 2026-01-31.';
}

/** @type {(field: Field, value: unknown) => string | null} */
function time(_field, value) {
    const good = typeof value === 'string' && TIME.test(value);
    return good ? null : 'This must be a time of day, as 23:59 or 23:59:59.';
}

/** @type {(field: Field, value: unknown) => string | null} */
function datetime(_field, value) {
    const match = typeof value === 'string' ? DATETIME.exec(value) : null;
    return match && isDate(match[1]) ? null : 'This must be a time in UTC, as 2026-01-31T23:59:00Z.';
}

/** @type {(field: Field, value: unknown) => string | null} */
function choice(field, value) {
    return isChoice(field, value) ? null : 'This must be one of the choices.';
}

/** @type {(field: Field, value: unknown) => string | null} */
function choices(field, value) {
    return Array.isArray(value) && areChoices(field, value) ? null : 'This must be a list of choices, each once.';
}

/** @type {(field: Field, value: unknown) => string | null} */
function checkbox(_field, value) {
    return typeof value === 'boolean' ? null : 'This must be true or false.';
}

/**
 * @param {Field} field
 * @param {unknown} value
 * @returns {boolean}
 */
function isChoice(field, value) {
    return field.choices.some((known) => known.value === value);
}

/**
 * @param {Field} field
 * @param {unknown[]} values
 * @returns {boolean}
 */
function areChoices(field, values) {
    if (values.length > field.choices.length) {
        return false; // a long list is not looked through
    }
    return values.every((value) => isChoice(field, value)) && new Set(values).size === values.length;
}

/**
 * Whether the text is a day of the calendar, from year 1 on.
 *
 * @param {string} written
 * @returns {boolean}
 */
function isDate(written) {
    const match = DATE.exec(written);
    if (match === null) {
        return false;
    }
    const [year, month, day] = match.slice(1).map(Number);
    return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/**
 * @param {number} year
 * @param {number} month from 1 to 12
 * @returns {number}
 */
function daysInMonth(year, month) {
    if (month === 2) {
        return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
    }
    return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
