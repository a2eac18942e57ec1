// @ts-check
/** A text control as far as a binding knows one, a person at it, and colleagues; Chromium's own is in tests/browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { apply, diff, normalize, transform } from '../../../static/js/document/text.js';
import { TextBinding } from '../../../static/js/ui/text/binding.js';
import { Random, seedOf } from '../random.js';

/** @typedef {import('../../../static/js/document/text.js').Delta} Delta */

class Control {
    selectionDirection = 'none';
    scrollTop = 0;
    scrollLeft = 0;
    scrollHeight = 0;

    /** @param {string} value */
    constructor(value) {
        this.value = value;
        this.selectionStart = value.length;
        this.selectionEnd = value.length;
    }

    /**
     * @param {string} text
     * @param {number} start
     * @param {number} end
     */
    setRangeText(text, start, end) {
        this.value = this.value.slice(0, start) + text + this.value.slice(end);
    }

    /**
     * @param {number} start
     * @param {number} end
     */
    setSelectionRange(start, end) {
        this.selectionStart = start;
        this.selectionEnd = end;
    }
}

/** The page and the client behind it: `known` is the text as the client has it. */
class Page {
    /** @type {(boolean | undefined)[]} whether each edit was part of the one before */
    joined = [];

    /** @param {string} text */
    constructor(text) {
        this.known = text;
        this.control = new Control(text);
        this.binding = new TextBinding(/** @type {any} */ (this.control), text, (delta, { joined }) => {
            this.known = apply(this.known, delta);
            this.joined.push(joined);
        });
        globalThis.document = /** @type {any} */ ({ activeElement: this.control });
    }

    /**
     * @param {string} words
     * @param {number} at
     */
    type(words, at) {
        this.control.setRangeText(words, at, at);
        this.control.setSelectionRange(at + words.length, at + words.length);
        this.binding.typed(0);
    }

    /** @param {Delta} delta */
    remote(delta) {
        this.known = apply(this.known, delta);
        this.binding.remote(delta);
    }
}

test('the caret stays at its character when others write before it', () => {
    const page = new Page('hello');
    page.control.setSelectionRange(2, 4);
    page.remote([1, '😀😀']);
    assert.equal(page.control.value, 'h😀😀ello');
    assert.deepEqual([page.control.selectionStart, page.control.selectionEnd], [6, 8]);
});

test('an insert at my caret does not push it', () => {
    const page = new Page('hello');
    page.control.setSelectionRange(2, 2);
    page.remote([2, 'XX']);
    assert.deepEqual([page.control.selectionStart, page.control.selectionEnd], [2, 2]);
});

test('a composition is not touched; what others write is there when it ends', () => {
    const page = new Page('ab');
    page.binding.compositionStarted();
    page.type('に', 1);
    page.remote(['>', 1]);
    assert.equal(page.control.value, 'aにb');
    page.type('ほ', 2);
    page.binding.compositionEnded(0);
    assert.equal(page.control.value, '>aにほb');
    assert.equal(page.known, '>aにほb');
});

test('what an input method composes is told as one piece of work, and typing after it as another', () => {
    const page = new Page('ab');
    page.type('x', 2);
    page.binding.compositionStarted();
    page.type('に', 1);
    page.type('ほ', 2);
    page.binding.compositionEnded(0);
    page.type('y', 5);
    assert.deepEqual(page.joined, [false, false, true, false]);
});

test('a new snapshot is one more change, the caret included', () => {
    const page = new Page('one two');
    page.control.setSelectionRange(7, 7);
    page.known = 'one and two';
    page.binding.reset('one and two');
    assert.equal(page.control.value, 'one and two');
    assert.equal(page.control.selectionStart, 11);
});

test('the selection is told as the client counts: code points, behind what is held back', () => {
    const page = new Page('😀ab');
    page.control.setSelectionRange(3, 4);
    assert.deepEqual(page.binding.selection, [2, 3]);
    page.binding.compositionStarted();
    page.remote(['xyz']);
    assert.deepEqual(page.binding.selection, [5, 6]);
});

test('i4 in whatever order things come, the page shows what the client knows', (context) => {
    const random = new Random(seedOf(context));
    for (let round = 0; round < 400; round += 1) {
        const page = new Page('start');
        for (let step = 0; step < 20; step += 1) {
            act(page, random);
        }
        page.binding.compositionEnded(0);
        assert.equal(page.control.value, page.known);
    }
});

/**
 * @param {Page} page
 * @param {Random} random
 */
function act(page, random) {
    const length = page.control.value.length;
    switch (random.integer(0, 5)) {
        case 0:
            return page.binding.compositionStarted();
        case 1:
            return page.binding.compositionEnded(0);
        case 2:
        case 3:
            return page.remote(anyDelta(page.known, random));
        default:
            return page.type(random.choice(['a', 'bc', ' ']), random.integer(0, length));
    }
}

/**
 * @param {string} text
 * @param {Random} random
 * @returns {Delta}
 */
function anyDelta(text, random) {
    const at = random.integer(0, text.length);
    const gone = random.integer(0, Math.min(2, text.length - at));
    return normalize([at, random.choice(['', 'X', 'YZ']), { d: gone }]);
}

test('typing is told as one splice where the caret says it was', () => {
    /** @type {Delta[]} */
    const sent = [];
    const control = new Control('aaa');
    const binding = new TextBinding(/** @type {any} */ (control), 'aaa', (delta) => sent.push(delta));
    control.setRangeText('a', 1, 1);
    control.setSelectionRange(2, 2);
    binding.typed(0);
    assert.deepEqual(sent, [diff('aaa', 'aaaa', 2)]);
    assert.deepEqual(sent, [[1, 'a']]);
    assert.deepEqual(transform(sent[0], ['X'], 'right'), [2, 'a']);
});
