// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { apply, diff } from '../../../static/js/document/text.js';
import { TextHistory, endOf } from '../../../static/js/ui/text/history.js';

/** @typedef {import('../../../static/js/document/text.js').Delta} Delta */

/** A text, what its writer can undo, and a colleague. */
class Story {
    text;
    #time = 0;
    #history = new TextHistory();

    /** @param {string} text */
    constructor(text = '') {
        this.text = text;
    }

    /**
     * @param {string} words typed key by key
     * @param {number} [at]
     */
    type(words, at = this.text.length) {
        for (const character of words) {
            this.#mine(this.text.slice(0, at) + character + this.text.slice(at), at + 1);
            at += 1;
        }
        return this;
    }

    /** @param {number} count */
    backspace(count) {
        for (let left = count; left > 0; left -= 1) {
            this.#mine(this.text.slice(0, -1), this.text.length - 1);
        }
        return this;
    }

    pause() {
        this.#time += 10_000;
        return this;
    }

    /** @param {Delta} delta */
    colleague(delta) {
        this.#history.moveOver(delta);
        this.text = apply(this.text, delta);
        return this;
    }

    undo() {
        return this.#turn(this.#history.undo(this.text));
    }

    redo() {
        return this.#turn(this.#history.redo(this.text));
    }

    /**
     * @param {string} text
     * @param {number} caret
     */
    #mine(text, caret) {
        this.#time += 100;
        this.#history.record(diff(this.text, text, caret), this.text, this.#time);
        this.text = text;
    }

    /** @param {Delta | null} delta */
    #turn(delta) {
        if (delta !== null) {
            this.text = apply(this.text, delta);
        }
        return this.text;
    }
}

test('undo goes back word by word, redo forth', () => {
    const story = new Story().type('two words');
    assert.equal(story.undo(), 'two ');
    assert.equal(story.undo(), '');
    assert.equal(story.undo(), '');
    assert.equal(story.redo(), 'two ');
    assert.equal(story.redo(), 'two words');
    assert.equal(story.redo(), 'two words');
});

test('a pause, deleting and another place each begin a step', () => {
    const story = new Story('end').type('ab').pause().type('cd').backspace(1).type('X', 0);
    assert.equal(story.text, 'Xendabc');
    assert.equal(story.undo(), 'endabc');
    assert.equal(story.undo(), 'endabcd');
    assert.equal(story.undo(), 'endab');
    assert.equal(story.undo(), 'end');
});

test('typing on after an undo forgets what was undone', () => {
    const story = new Story().type('one').pause().type('two');
    story.undo();
    story.type('!');
    assert.equal(story.redo(), 'one!');
});

test('i6 undo takes away my words and leaves what a colleague wrote among them', () => {
    const story = new Story('start ').type('mine').colleague([8, 'THEIRS']);
    assert.equal(story.text, 'start miTHEIRSne');
    assert.equal(story.undo(), 'start THEIRS');
    assert.equal(story.redo(), 'start miTHEIRSne');
});

test('undo of a deletion brings my cut back where it was, around what came meanwhile', () => {
    const story = new Story('abcdef').backspace(3).colleague(['>> ']);
    assert.equal(story.undo(), '>> abcdef');
});

test('what a colleague deleted of my words is not brought back by my undo', () => {
    const story = new Story().type('hello').colleague([{ d: 5 }]);
    assert.equal(story.undo(), '');
    assert.equal(story.redo(), '');
});

test('a step that a colleague made pointless is no step', () => {
    const story = new Story()
        .type('one')
        .pause()
        .type('two')
        .colleague([3, { d: 3 }]);
    assert.equal(story.undo(), '');
});

test('the caret goes behind what came back', () => {
    assert.equal(endOf([3, 'abc']), 6);
    assert.equal(endOf([3, { d: 2 }]), 3);
    assert.equal(endOf(['😀', 2, { d: 1 }]), 3);
});
