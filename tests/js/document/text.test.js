// @ts-check

/** The text of documents in JavaScript: the cases it shares with Python, and what holds for all texts. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import * as text from '../../../static/js/document/text.js';
import { Random, seedOf } from '../random.js';

/** @typedef {import('../../../static/js/document/text.js').Delta} Delta */

const { apply, check, compose, diff, invert, normalize, toCodePoints, toUtf16, transform, transformPosition } = text;
const VECTORS = JSON.parse(readFileSync(new URL('../../vectors/text.json', import.meta.url), 'utf8'));
const ROUNDS = 3_000;

/**
 * One test for each case of a function that Python runs too.
 *
 * @param {string} name
 * @param {(testCase: any) => void} run
 */
function vectors(name, run) {
    describe(name, () => {
        for (const testCase of VECTORS[name]) {
            it(testCase.name, () => run(testCase));
        }
    });
}

/**
 * One test of something that holds for everything a seed can bring.
 *
 * @param {string} name
 * @param {(random: Random) => void} run
 */
function always(name, run) {
    it(name, (context) => {
        const seed = seedOf(context);
        for (let round = 0; round < ROUNDS; round += 1) {
            run(new Random(seed * ROUNDS + round));
        }
    });
}

describe('shared with Python', () => {
    vectors('check', ({ delta, checked }) => assert.deepEqual(check(delta), checked));
    vectors('refused', ({ delta }) => assert.throws(() => check(delta), text.TextError));
    vectors('apply', (its) => assert.equal(apply(its.text, its.delta), its.result));
    vectors('too_long', (its) => {
        assert.throws(() => apply(its.text, its.delta), text.TextError);
        assert.throws(() => invert(its.delta, its.text), text.TextError);
    });
    vectors('transform', ({ delta, other, left, right }) => {
        assert.deepEqual(transform(delta, other, 'left'), left);
        assert.deepEqual(transform(delta, other, 'right'), right);
    });
    vectors('compose', ({ first, second, result }) => assert.deepEqual(compose(first, second), result));
    vectors('invert', (its) => assert.deepEqual(invert(its.delta, its.text), its.result));
    vectors('position', ({ position, delta, others, own }) => {
        assert.equal(transformPosition(position, delta), others);
        assert.equal(transformPosition(position, delta, { own: true }), own);
    });
    vectors('diff', (its) => {
        const caret = its.caret === null ? null : toUtf16(its.new, its.caret);
        assert.deepEqual(diff(its.old, its.new, caret), its.delta);
    });
});

describe('stories', () => {
    it('C5: of two inserts at one place the one committed first stands first', () => {
        const committed = [2, 'first'];
        const late = [2, 'second'];
        assert.equal(apply(apply('ab', committed), transform(late, committed, 'right')), 'abfirstsecond');
    });

    it('check refuses what only JavaScript takes for a number', () => {
        for (const count of [NaN, Infinity, -0, 1n, '1', new Number(1), undefined]) {
            assert.throws(() => check([{ d: count }]), text.TextError);
        }
    });

    it('a caret within a pair counts as before it', () => {
        assert.equal(toCodePoints('a😀b', 2), 1);
        assert.deepEqual(diff('😀😀', '😀', 1), [{ d: 1 }]);
    });

    it('a position past the end is the end', () => {
        assert.equal(toUtf16('a😀', 3), 3);
        assert.equal(toUtf16('a😀', 99), 3);
        assert.equal(toCodePoints('a😀', 99), 2);
    });

    it('a key pressed in a text of 100,000 characters costs less than a frame of the screen', () => {
        const long = 'lorem ipsum 😀 '.repeat(7_500);
        const end = toCodePoints(long, long.length);
        const times = Array.from({ length: 5 }, () => {
            const started = performance.now();
            const delta = diff(long, `${long}x`, long.length + 1);
            assert.deepEqual(delta, [end, 'x']);
            assert.equal(apply(long, delta), `${long}x`);
            return performance.now() - started;
        });
        assert.ok(Math.min(...times) < 16); // the quickest: others may be using this machine too
    });
});

describe('for all texts', () => {
    always('TP1: both orders meet', (random) => {
        const before = random.text(0, 20);
        const first = random.delta(before);
        const second = random.delta(before);
        assert.equal(
            apply(apply(before, first), transform(second, first, 'right')),
            apply(apply(before, second), transform(first, second, 'left')),
        );
    });

    always('a client and the server meet over several edits', (random) => {
        const before = random.text(0, 20);
        let waiting = random.delta(before);
        let shown = apply(before, waiting);
        let server = before;
        for (let count = random.integer(1, 4); count > 0; count -= 1) {
            const theirs = random.delta(server);
            server = apply(server, theirs);
            shown = apply(shown, transform(theirs, waiting, 'left'));
            waiting = transform(waiting, theirs, 'right');
        }
        assert.equal(apply(server, waiting), shown);
    });

    always('C5: no character is lost or doubled', (random) => {
        // Every inserted character is one of a kind here, so that each can be looked for.
        let code = 0x1f000;
        const unique = (/** @type {Delta} */ delta) => delta.map((component) => typeof component !== 'string'
            ? component
            : Array.from(component, () => String.fromCodePoint(code++)).join(''));
        const before = random.text(0, 20);
        const first = unique(random.delta(before));
        const second = unique(random.delta(before));
        const merged = Array.from(apply(apply(before, first), transform(second, first, 'right')));
        for (let typed = 0x1f000; typed < code; typed += 1) {
            assert.equal(merged.filter((character) => character.codePointAt(0) === typed).length, 1);
        }
    });

    always('compose does what one after the other does, however bracketed', (random) => {
        const before = random.text(0, 20);
        const first = random.delta(before);
        const second = random.delta(apply(before, first));
        const third = random.delta(apply(apply(before, first), second));
        const after = apply(apply(apply(before, first), second), third);
        assert.equal(apply(before, compose(compose(first, second), third)), after);
        assert.equal(apply(before, compose(first, compose(second, third))), after);
    });

    always('invert undoes', (random) => {
        const before = random.text(0, 20);
        const delta = random.delta(before);
        const undo = invert(delta, before);
        assert.equal(apply(apply(before, delta), undo), before);
        assert.equal(apply(before, compose(delta, undo)), before);
    });

    always('results are well formed, arguments untouched, nothing is neutral', (random) => {
        const before = random.text(0, 20);
        const one = Object.freeze(random.delta(before).map(Object.freeze));
        const other = Object.freeze(random.delta(before).map(Object.freeze));
        const delta = /** @type {Delta} */ (one);
        const theirs = /** @type {Delta} */ (other);
        const right = transform(theirs, delta, 'right');
        for (const result of [right, transform(delta, theirs, 'left'), compose(delta, right), invert(delta, before)]) {
            assert.deepEqual(check(result), result);
            assert.deepEqual(normalize(result), result);
        }
        assert.deepEqual(transform(delta, [], 'left'), delta);
        assert.deepEqual(transform([], delta, 'right'), []);
        assert.deepEqual(compose(delta, []), delta);
        assert.deepEqual(compose([], delta), delta);
    });

    always('diff is one splice, found where the caret is', (random) => {
        const oldText = random.text(0, 20);
        const newText = random.text(0, 20);
        const delta = diff(oldText, newText, random.integer(0, newText.length));
        assert.equal(apply(oldText, delta), newText);
        assert.deepEqual(check(delta), delta);

        const characters = Array.from(oldText);
        const place = random.integer(0, characters.length);
        const typed = random.text(0, 3);
        const head = characters.slice(0, place).join('');
        const typedInto = head + typed + characters.slice(place).join('');
        assert.deepEqual(diff(oldText, typedInto, head.length + typed.length), normalize([place, typed]));
    });

    always('R1: a caret between two characters stays between them', (random) => {
        const [head, tail] = [random.text(0, 10), random.text(0, 10)];
        const caret = toCodePoints(head, head.length);
        const [inHead, inTail] = [random.delta(head), random.delta(tail)];
        const moved = toCodePoints(apply(head, inHead), Infinity);

        assert.equal(transformPosition(caret, [...inHead], { own: true }), moved);
        assert.equal(transformPosition(caret, normalize([caret, ...inTail].filter(Boolean))) - caret, 0);
    });

    always('positions and indexes lead back to each other', (random) => {
        const drawn = random.text(0, 30);
        const characters = Array.from(drawn);
        for (let position = 0; position <= characters.length; position += 1) {
            const index = characters.slice(0, position).join('').length;
            assert.equal(toUtf16(drawn, position), index);
            assert.equal(toCodePoints(drawn, index), position);
        }
    });

    always('round trip through JSON', (random) => {
        const before = random.text(0, 20);
        const delta = random.delta(before);
        assert.deepEqual(check(JSON.parse(JSON.stringify(delta))), delta);
        assert.equal(apply(before, JSON.parse(JSON.stringify(delta))), apply(before, delta));
    });
});
