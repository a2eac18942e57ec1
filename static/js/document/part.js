// @ts-check

/**
 * One object of a template's definition at its place, and the questions that `schema.js` asks about it.
 *
 * Each question answers something usable whatever is there, or complains; so reading goes on, and every error is
 * found. Owns the path, and what a text, a key, a number or a list may be. Must not know which options belong where.
 *
 * @module
 */

import { createField } from './definition.js';
import { FIELD_TYPES, MAX_TEXT_LENGTH, checkValue, countCharacters, unstorableText } from './values.js';

/** @typedef {import('./definition.js').Field} Field */
/** @typedef {import('./definition.js').Problem} Problem */

export const MAX_KEY_LENGTH = 64;
export const MAX_NAME_LENGTH = 200;

const WHOLE = createField({ key: '', type: 'integer' });

/** A part of the definition. */
export class Part {
    /** @type {Readonly<Record<string, any>>} */
    #data;
    #path;
    #problems;
    #first;
    #isObject;

    /**
     * @param {unknown} data
     * @param {string} path
     * @param {Problem[]} problems
     */
    constructor(data, path, problems) {
        this.#path = path;
        this.#problems = problems;
        this.#first = problems.length;
        this.#isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
        this.#data = this.#isObject ? /** @type {Record<string, any>} */ (data) : {};
        if (!this.#isObject) {
            this.complain('', 'type', 'This must be an object.');
        }
    }

    /** Whether anything was wrong with this part so far. */
    get troubled() {
        return this.#problems.length > this.#first;
    }

    /**
     * What the option says; null, as when it is left out.
     *
     * @param {string} option
     * @returns {any}
     */
    get(option) {
        return Object.hasOwn(this.#data, option) ? this.#data[option] : null;
    }

    /**
     * @param {string} option
     * @param {string} code
     * @param {string} message
     */
    complain(option, code, message) {
        const path = this.#path && option ? `${this.#path}.${option}` : this.#path || option;
        this.#problems.push({ path, code, message });
    }

    /** @param {Set<string>} options */
    refuseUnknown(options) {
        const unknown = Object.keys(this.#data).filter((name) => !options.has(name));
        for (const name of unknown.map(printable).sort()) {
            this.complain(name, 'unknown', 'There is no such option.');
        }
    }

    /**
     * @param {string} type
     * @param {Map<string, Set<string>>} onlyFor
     */
    refuseUnfit(type, onlyFor) {
        for (const [option, types] of onlyFor) {
            if (this.get(option) !== null && !types.has(type)) {
                this.complain(option, 'not_for_type', 'A field of this type does not have this option.');
            }
        }
    }

    /**
     * @param {RegExp} pattern
     * @param {Set<string> | null} [taken]
     * @returns {string}
     */
    key(pattern, taken = null) {
        const key = this.#neededText('key', MAX_KEY_LENGTH);
        if (key && !pattern.test(key)) {
            this.complain('key', 'key', "A key is lower-case letters, digits and '_', and begins with a letter.");
        } else if (key && taken?.has(key)) {
            this.complain('key', 'duplicate', 'This key is used already.');
        } else if (key) {
            taken?.add(key);
        }
        return key;
    }

    /** @returns {string} */
    type() {
        const type = this.#neededText('type', MAX_KEY_LENGTH);
        if (type && !FIELD_TYPES.includes(type)) {
            this.complain('type', 'unknown_type', 'There is no such type of field.');
        }
        return type;
    }

    /**
     * @param {string} option
     * @returns {string}
     */
    name(option) {
        return this.#neededText(option, MAX_NAME_LENGTH);
    }

    /**
     * @param {string} option
     * @param {number} limit
     * @returns {string}
     */
    text(option, limit) {
        const text = this.get(option);
        if (text === null) {
            return '';
        }
        if (typeof text !== 'string') {
            this.complain(option, 'type', 'This must be text.');
            return '';
        }
        if (unstorableText(text)) {
            this.complain(option, 'characters', 'The text holds a character that cannot be stored.');
        }
        if (countCharacters(text) > limit) {
            this.complain(option, 'too_long', `This has at most ${limit} characters.`);
        }
        return text;
    }

    /**
     * @param {string} option
     * @returns {boolean}
     */
    flag(option) {
        const flag = this.get(option);
        if (flag !== null && typeof flag !== 'boolean') {
            this.complain(option, 'type', 'This must be true or false.');
        }
        return flag === true;
    }

    /**
     * @param {string} option
     * @returns {number | null}
     */
    length(option) {
        const length = this.get(option);
        if (length === null) {
            return null;
        }
        if (checkValue(WHOLE, length) !== null) {
            this.complain(option, 'type', 'This must be a whole number.');
            return null;
        }
        if (length < 1 || length > MAX_TEXT_LENGTH) {
            this.complain(option, 'range', `This is a number from 1 to ${MAX_TEXT_LENGTH}.`);
        }
        return length;
    }

    /**
     * The option's value if the field could hold it.
     *
     * @param {string} option
     * @param {Field} field
     * @returns {any}
     */
    fitting(option, field) {
        const value = this.get(option);
        const unfit = checkValue(field, value);
        if (unfit === null) {
            return value;
        }
        this.complain(option, 'type', unfit);
        return null;
    }

    /**
     * What is read from the objects in a list, in order. What is over the limit is not looked at.
     *
     * @template Read
     * @param {string} option
     * @param {number} limit
     * @param {{needed?: boolean, strings?: boolean}} options
     * @param {(part: Part) => Read} read
     * @returns {Read[]}
     */
    parts(option, limit, { needed = false, strings = false }, read) {
        const items = this.#list(option, limit, needed).slice(0, limit);
        return items.map((item, index) => {
            const data = strings && typeof item === 'string' ? { value: item } : item;
            return read(new Part(data, `${this.#path}${this.#path && '.'}${option}[${index}]`, this.#problems));
        });
    }

    /**
     * @param {string} option
     * @param {number} limit
     * @param {boolean} needed
     * @returns {unknown[]}
     */
    #list(option, limit, needed) {
        const items = this.get(option);
        if (items === null) {
            if (needed) {
                this.#complainMissing(option);
            }
            return [];
        }
        if (!Array.isArray(items)) {
            this.complain(option, 'type', 'This must be a list.');
            return [];
        }
        if (needed && items.length === 0) {
            this.complain(option, 'empty', 'This must not be empty.');
        }
        if (items.length > limit) {
            this.complain(option, 'too_many', `At most ${limit}.`);
        }
        return items;
    }

    /**
     * @param {string} option
     * @param {number} limit
     * @returns {string}
     */
    #neededText(option, limit) {
        const text = this.text(option, limit);
        if (this.get(option) === null) {
            this.#complainMissing(option);
        } else if (typeof this.get(option) === 'string' && /^[ \t\r\n]*$/.test(text)) {
            this.complain(option, 'empty', 'This must not be empty.');
        }
        return text;
    }

    /** @param {string} option */
    #complainMissing(option) {
        if (this.#isObject) {
            this.complain(option, 'missing', 'This is missing.'); // else that alone is what is wrong
        }
    }
}

/**
 * An option's name as it may stand in a path: whatever it holds, it can be shown anywhere.
 *
 * @param {string} name
 * @returns {string}
 */
function printable(name) {
    return Array.from(name)
        .slice(0, MAX_KEY_LENGTH)
        .map((character) => (/[A-Za-z0-9_-]/.test(character) ? character : '?'))
        .join('');
}
