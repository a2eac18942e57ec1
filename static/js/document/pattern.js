// @ts-check

/**
 * Patterns for text fields: a small, common part of regular expressions, matched in linear time.
 *
 * Whoever writes a template writes the pattern, and it runs on every server and in every browser. The engines of Python
 * and JavaScript disagree in corners and can be made to run for hours; this one does neither. It reads literals, `.`,
 * `[...]`, `\d \w \s` (ASCII), groups, `|`, `* + ?` and `{n,m}`, always matches the whole text, and takes at most
 * `positions × characters` steps: each position of the pattern knows which may stand before it (Glushkov's
 * construction), and a text is read once, from left to right, with the set of positions one may be at.
 *
 * Its twin is `collab/document/pattern.py`; both run the same vectors.
 *
 * @module
 */

export const MAX_PATTERN_LENGTH = 200;
export const MAX_POSITIONS = 256;
export const MAX_DEPTH = 20;

/** A text that is longer is not matched at all: it does not fit. */
export const MAX_MATCHED_LENGTH = 2_000;

/** @typedef {readonly [low: number, high: number]} Range of code points, both inclusive */
/** @typedef {{kind: 'chars', ranges: readonly Range[], negated: boolean}} Chars */
/** @typedef {{kind: 'sequence' | 'either', parts: readonly Node[]}} Parts */
/** @typedef {{kind: 'repeat', part: Node, least: number, most: number}} Repeat `most` may be Infinity */
/** @typedef {Chars | Parts | Repeat} Node */

/**
 * A part of the pattern as sets of positions (bits): where it may begin and end, and whether it may be left out.
 *
 * @typedef {{optional: boolean, first: bigint, last: bigint}} Piece
 */

/** A pattern that this engine does not read; the message says why. */
export class PatternError extends Error {
    name = 'PatternError';
}

/** @type {Map<string, readonly Range[]>} */
const CLASSES = new Map([
    ['d', [[48, 57]]],
    ['w', [[48, 57], [65, 90], [95, 95], [97, 122]]],
    ['s', [[9, 13], [32, 32]]],
]);
/** @type {Map<string, number>} */
const CONTROLS = new Map([
    ['n', 10],
    ['r', 13],
    ['t', 9],
]);
const DIGITS = new Set('0123456789');
const SYNTAX = new Set('^$\\.*+?()[]{}|');
const ESCAPABLE = new Set([...SYNTAX, '/', '-']);
const START = 1n;

/** @type {Map<string, Matcher>} */
const compiled = new Map();
const COMPILED_KEPT = 512;

/**
 * The matcher of a pattern. Throws `PatternError`.
 *
 * @param {string} source
 * @returns {Matcher}
 */
export function compilePattern(source) {
    let matcher = compiled.get(source);
    if (matcher === undefined) {
        const characters = Array.from(source);
        if (characters.length > MAX_PATTERN_LENGTH) {
            throw new PatternError(`A pattern has at most ${MAX_PATTERN_LENGTH} characters.`);
        }
        matcher = new Matcher(new Parser(characters).parse());
        if (compiled.size >= COMPILED_KEPT) {
            compiled.clear();
        }
        compiled.set(source, matcher);
    }
    return matcher;
}

/** Recursive descent over the pattern's characters. */
class Parser {
    #source;
    #at = 0;
    #depth = 0;

    /** @param {string[]} characters */
    constructor(characters) {
        // The whole text is matched anyway, so these two say nothing; people are used to writing them.
        const start = characters[0] === '^' ? 1 : 0;
        const end = characters.at(-1) === '$' && characters.at(-2) !== '\\' ? -1 : undefined;
        this.#source = characters.slice(start, end);
    }

    /** @returns {Node} */
    parse() {
        const node = this.#either();
        if (this.#at < this.#source.length) {
            throw new PatternError("There is a ')' without its '('.");
        }
        return node;
    }

    /** @returns {Node} */
    #either() {
        const parts = [this.#sequence()];
        while (this.#take('|')) {
            parts.push(this.#sequence());
        }
        return parts.length === 1 ? parts[0] : { kind: 'either', parts };
    }

    /** @returns {Node} */
    #sequence() {
        const parts = [];
        while (!['', '|', ')'].includes(this.#peek())) {
            parts.push(this.#repeated());
        }
        if (parts.length === 0) {
            throw new PatternError('An alternative or a group is empty.');
        }
        return parts.length === 1 ? parts[0] : { kind: 'sequence', parts };
    }

    /** @returns {Node} */
    #repeated() {
        const part = this.#atom();
        const times = this.#times();
        if (times === null) {
            return part;
        }
        if (['*', '+', '?', '{'].includes(this.#peek())) {
            throw new PatternError('A repetition cannot itself be repeated; put it into a group.');
        }
        return { kind: 'repeat', part, least: times[0], most: times[1] };
    }

    /** @returns {[least: number, most: number] | null} */
    #times() {
        if (this.#take('*')) {
            return [0, Infinity];
        }
        if (this.#take('+')) {
            return [1, Infinity];
        }
        if (this.#take('?')) {
            return [0, 1];
        }
        return this.#take('{') ? this.#counts() : null;
    }

    /** @returns {[least: number, most: number]} */
    #counts() {
        const least = this.#number();
        let most = least;
        if (this.#take(',')) {
            most = this.#peek() === '}' ? Infinity : this.#number();
        }
        this.#expect('}');
        if (most === 0 || most < least) {
            throw new PatternError('A repetition counts from a smaller number to a larger one.');
        }
        return [least, most];
    }

    /** @returns {number} */
    #number() {
        const start = this.#at;
        while (DIGITS.has(this.#peek())) {
            this.#at += 1;
        }
        const digits = this.#source.slice(start, this.#at);
        if (digits.length === 0 || digits.length > 4) {
            throw new PatternError('A repetition is written {2}, {2,} or {2,4}.');
        }
        return Number(digits.join(''));
    }

    /** @returns {Node} */
    #atom() {
        if (this.#take('(')) {
            return this.#group();
        }
        if (this.#take('[')) {
            return this.#set();
        }
        if (this.#take('.')) {
            return { kind: 'chars', ranges: [[10, 10]], negated: true };
        }
        if (this.#take('\\')) {
            return this.#escaped();
        }
        const character = this.#peek();
        if (SYNTAX.has(character)) {
            throw new PatternError(`'${character}' cannot stand here; write '\\${character}' for the character.`);
        }
        return only(codeOf(this.#next()));
    }

    /** @returns {Node} */
    #group() {
        if (this.#take('?')) {
            this.#expect(':');
        }
        this.#depth += 1;
        if (this.#depth > MAX_DEPTH) {
            throw new PatternError(`Groups are nested at most ${MAX_DEPTH} deep.`);
        }
        const node = this.#either();
        this.#expect(')');
        this.#depth -= 1;
        return node;
    }

    /** @returns {Chars} */
    #escaped() {
        const character = this.#next();
        const ranges = CLASSES.get(character.toLowerCase());
        if (ranges !== undefined) {
            return { kind: 'chars', ranges, negated: character !== character.toLowerCase() };
        }
        return only(literal(character));
    }

    /** @returns {Chars} */
    #set() {
        const negated = this.#take('^');
        const ranges = [];
        while (!this.#take(']')) {
            ranges.push(...this.#setItem());
        }
        if (ranges.length === 0) {
            throw new PatternError('A set [...] is empty.');
        }
        return { kind: 'chars', ranges, negated };
    }

    /** @returns {readonly Range[]} */
    #setItem() {
        const named = this.#peek() === '\\' ? CLASSES.get(this.#source[this.#at + 1] ?? '') : undefined;
        if (named !== undefined) {
            this.#at += 2;
            return named;
        }
        const low = this.#setCharacter();
        if (this.#peek() !== '-' || this.#source[this.#at + 1] === ']') {
            return [[low, low]];
        }
        this.#at += 1;
        const high = this.#setCharacter();
        if (high < low) {
            throw new PatternError('A range in [...] runs from the lower to the higher character.');
        }
        return [[low, high]];
    }

    /** @returns {number} */
    #setCharacter() {
        const character = this.#next();
        if (character === '[') {
            throw new PatternError("Write '\\[' for the character inside [...].");
        }
        return character === '\\' ? literal(this.#next()) : codeOf(character);
    }

    #peek() {
        return this.#source[this.#at] ?? '';
    }

    /** @param {string} character */
    #take(character) {
        if (this.#peek() !== character) {
            return false;
        }
        this.#at += 1;
        return true;
    }

    /** @param {string} character */
    #expect(character) {
        if (!this.#take(character)) {
            throw new PatternError(`A '${character}' is missing.`);
        }
    }

    #next() {
        if (this.#at >= this.#source.length) {
            throw new PatternError('The pattern ends too early.');
        }
        this.#at += 1;
        return this.#source[this.#at - 1];
    }
}

/** Positions of the pattern, as bits, and for each the set of those that may stand right before it. */
class Matcher {
    /** @type {Chars[]} */
    #chars = [];
    /** @type {bigint[]} */
    #before = [];
    #end;

    /** @param {Node} node */
    constructor(node) {
        const whole = this.#add(node);
        this.#link(START, whole.first);
        this.#end = whole.last | (whole.optional ? START : 0n);
    }

    /**
     * Whether the whole text fits the pattern.
     *
     * @param {string} text
     * @returns {boolean}
     */
    fits(text) {
        let here = START;
        let length = 0;
        for (const character of text) {
            length += 1;
            if (length > MAX_MATCHED_LENGTH) {
                return false;
            }
            here = this.#step(here, codeOf(character));
        }
        return (here & this.#end) !== 0n;
    }

    /**
     * @param {bigint} here
     * @param {number} code
     * @returns {bigint}
     */
    #step(here, code) {
        let there = 0n;
        this.#before.forEach((before, index) => {
            if ((before & here) !== 0n && has(this.#chars[index], code)) {
                there |= 2n << BigInt(index);
            }
        });
        return there;
    }

    /**
     * @param {Node} node
     * @returns {Piece}
     */
    #add(node) {
        switch (node.kind) {
            case 'chars':
                return this.#position(node);
            case 'sequence':
                return node.parts.reduce((whole, part) => this.#then(whole, this.#add(part)), nothing());
            case 'either':
                return node.parts.map((part) => this.#add(part)).reduce(or);
            case 'repeat':
                return this.#repeat(node);
        }
    }

    /**
     * @param {Chars} chars
     * @returns {Piece}
     */
    #position(chars) {
        if (this.#chars.length >= MAX_POSITIONS) {
            const limit = `over ${MAX_POSITIONS} parts`;
            throw new PatternError(`The pattern is too large: repetitions written out, it has ${limit}.`);
        }
        this.#chars.push(chars);
        this.#before.push(0n);
        const bit = 1n << BigInt(this.#chars.length);
        return { optional: false, first: bit, last: bit };
    }

    /**
     * @param {Repeat} repeat
     * @returns {Piece}
     */
    #repeat({ part: node, least, most }) {
        const copies = most === Infinity ? Math.max(least, 1) : most;
        let whole = nothing();
        for (let count = 0; count < copies; count += 1) {
            const part = this.#add(node);
            if (most === Infinity && count === copies - 1) {
                this.#link(part.last, part.first);
            }
            whole = this.#then(whole, { ...part, optional: part.optional || count >= least });
        }
        return whole;
    }

    /**
     * @param {Piece} one
     * @param {Piece} two
     * @returns {Piece}
     */
    #then(one, two) {
        this.#link(one.last, two.first);
        return {
            optional: one.optional && two.optional,
            first: one.first | (one.optional ? two.first : 0n),
            last: two.last | (two.optional ? one.last : 0n),
        };
    }

    /**
     * @param {bigint} sources
     * @param {bigint} targets
     */
    #link(sources, targets) {
        this.#before.forEach((before, index) => {
            if (((targets >> BigInt(index + 1)) & 1n) !== 0n) {
                this.#before[index] = before | sources;
            }
        });
    }
}

/** @returns {Piece} */
function nothing() {
    return { optional: true, first: 0n, last: 0n };
}

/**
 * @param {Piece} one
 * @param {Piece} two
 * @returns {Piece}
 */
function or(one, two) {
    return { optional: one.optional || two.optional, first: one.first | two.first, last: one.last | two.last };
}

/**
 * @param {Chars} chars
 * @param {number} code
 * @returns {boolean}
 */
function has({ ranges, negated }, code) {
    return ranges.some(([low, high]) => low <= code && code <= high) !== negated;
}

/**
 * @param {number} code
 * @returns {Chars}
 */
function only(code) {
    return { kind: 'chars', ranges: [[code, code]], negated: false };
}

/**
 * @param {string} escaped
 * @returns {number}
 */
function literal(escaped) {
    const control = CONTROLS.get(escaped);
    if (control !== undefined) {
        return control;
    }
    if (!ESCAPABLE.has(escaped)) {
        throw new PatternError(`'\\${escaped}' is not known here.`);
    }
    return codeOf(escaped);
}

/**
 * @param {string} character
 * @returns {number}
 */
function codeOf(character) {
    return /** @type {number} */ (character.codePointAt(0));
}
