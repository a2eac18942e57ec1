// @ts-check
/** Undo and redo of one's own changes, told as stories: what comes back, what stays, and what is said instead. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { apply, diff } from '../../../static/js/document/text.js';
import { endOf } from '../../../static/js/sync/undo/typing.js';
import { BEN, ME, NOTES, OTHER, Story, TEMPERATURE, edit, formWith, heat } from './support/story.js';

const CALM = { field: 'calm' };

/** Ada at her page, who types key by key. */
class Typist extends Story {
    #time = 0;

    /**
     * @param {string} words
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

    /** @param {number | null} value typed digit by digit */
    heat(value) {
        this.#time += 100;
        this.client.set(TEMPERATURE, value, { time: this.#time });
        return this;
    }

    pause() {
        this.#time += 10_000;
        return this;
    }

    /** @param {import('../../../static/js/document/operations.js').Component[]} delta */
    ben(...delta) {
        this.commit(OTHER, edit(...delta));
        return this;
    }

    /**
     * @param {import('../../../static/js/document/operations.js').Address} address
     * @param {import('../../../static/js/document/operations.js').Component[]} delta
     * @param {import('../../../static/js/sync/undo/typing.js').Typing} [typing]
     */
    put(address, delta, typing) {
        this.page.type(address, apply(this.client.value(address), delta));
        this.client.edit(address, delta, typing);
    }

    /** Everything is committed as it is. */
    saved() {
        while (this.client.status.waiting > 0) {
            this.accept();
        }
        return this;
    }

    undo() {
        this.turned = this.client.undo();
        return this.#shown;
    }

    redo() {
        this.turned = this.client.redo();
        return this.#shown;
    }

    get text() {
        return this.client.value(NOTES);
    }

    get #shown() {
        assert.equal(this.page.shown.get('summary'), this.text);
        return this.text;
    }

    /**
     * @param {string} text
     * @param {number} caret
     */
    #mine(text, caret) {
        this.#time += 100;
        this.page.type(NOTES, text);
        this.client.edit(NOTES, diff(this.text, text, caret), { time: this.#time });
    }
}

/** @param {Parameters<typeof formWith>[0]} [given] */
function open(given = {}) {
    return new Typist().join({ snapshot: formWith({ notes: '', ...given }) });
}

describe('typing', () => {
    test('undo goes back word by word, redo forth', () => {
        const story = open().type('two words');
        assert.equal(story.undo(), 'two ');
        assert.equal(story.undo(), '');
        assert.equal(story.undo(), '');
        assert.equal(story.redo(), 'two ');
        assert.equal(story.redo(), 'two words');
        assert.equal(story.redo(), 'two words');
        assert.equal(story.turned, null);
    });

    test('a pause, deleting and another place each begin a step', () => {
        const story = open({ notes: 'end' }).type('ab').pause().type('cd').backspace(1).type('X', 0);
        assert.equal(story.text, 'Xendabc');
        assert.deepEqual(
            [1, 2, 3, 4].map(() => story.undo()),
            ['endabc', 'endabcd', 'endab', 'end'],
        );
    });

    test('typing on after an undo forgets what was undone', () => {
        const story = open().type('one').pause().type('two');
        story.undo();
        story.type('!');
        assert.equal(story.redo(), 'one!');
    });

    test('I6 undo takes away my words and leaves what a colleague wrote among them', () => {
        const story = open({ notes: 'start ' }).type('mine').saved().ben(8, 'THEIRS');
        assert.equal(story.text, 'start miTHEIRSne');
        assert.equal(story.undo(), 'start THEIRS');
        assert.equal(story.redo(), 'start miTHEIRSne');
    });

    test('undo of a deletion brings my cut back where it was, around what came meanwhile', () => {
        const story = open({ notes: 'abcdef' }).backspace(3).saved();
        assert.equal(story.ben('>> ').undo(), '>> abcdef');
    });

    test('what a colleague deleted of my words is not brought back', () => {
        const story = open().type('hello').saved().ben({ d: 5 });
        assert.equal(story.client.canUndo, false);
        assert.equal(story.undo(), '');
        assert.equal(story.redo(), '');
    });

    test('a step that a colleague made pointless is no step', () => {
        const story = open().type('one').pause().type('two').saved();
        assert.equal(story.ben(3, { d: 3 }).undo(), '');
    });

    test('what an input method composes is one step, however often it changes', () => {
        const story = open({ notes: 'a' });
        story.put(NOTES, [1, 'n'], { time: 1, joined: false });
        story.put(NOTES, [1, { d: 1 }, 'に'], { time: 2000, joined: true });
        story.put(NOTES, [1, { d: 1 }, '日'], { time: 9000, joined: true });
        assert.equal(story.client.value(NOTES), 'a日');
        story.client.undo();
        assert.equal(story.client.value(NOTES), 'a');
        assert.equal(story.client.canUndo, false);
    });

    test('what a control cannot show and cleans away is no step', () => {
        const story = open({ notes: 'a\rb' }).type('c');
        story.put(NOTES, [1, { d: 1 }, '\n'], { silent: true });
        assert.equal(story.text, 'a\nbc');
        story.client.undo();
        assert.equal(story.text, 'a\nb');
        assert.equal(story.client.canUndo, false);
    });

    test('the caret goes behind what came back', () => {
        assert.equal(endOf([3, 'abc']), 6);
        assert.equal(endOf([3, { d: 2 }]), 3);
        assert.equal(endOf(['😀', 2, { d: 1 }]), 3);
    });
});

describe('one stack for the whole form, in the order of time', () => {
    test('fields in turn', () => {
        const story = open().type('warm').heat(2).heat(21).type('er');
        story.client.set(CALM, true);
        const seen = [1, 2, 3, 4].map(() => {
            story.client.undo();
            return [story.client.value(NOTES), story.client.value(TEMPERATURE), story.client.value(CALM)];
        });
        assert.deepEqual(seen, [
            ['warmer', 21, null],
            ['warm', 21, null],
            ['warm', null, null],
            ['', null, null],
        ]);
        story.client.redo();
        story.client.redo();
        assert.deepEqual([story.client.value(NOTES), story.client.value(TEMPERATURE)], ['warm', 21]);
    });

    test('the page hears whether there is anything to undo, and what undo did', () => {
        const story = open();
        story.hear();
        story.heat(21);
        assert.equal(story.hear('undo').length, 1);
        assert.deepEqual([story.client.canUndo, story.client.canRedo], [true, false]);
        assert.deepEqual(story.client.undo(), { op: heat(null), against: null });
        const [undo, value] = story.hear().filter(({ type }) => type === 'value' || type === 'undo');
        assert.deepEqual([undo.type, value.address, value.own], ['undo', TEMPERATURE, true]);
        assert.deepEqual([story.client.canUndo, story.client.canRedo], [false, true]);
    });

    test('C1 undo is an ordinary op, and waits behind what is under way', () => {
        const story = open().heat(21);
        const [first] = story.take('submit');
        story.client.undo();
        assert.deepEqual(story.take('submit'), []);
        story.commit(ME, heat(21), { seq: first.seq });
        story.ack(first.seq);
        assert.deepEqual(story.take('submit').at(-1)?.ops, [heat(null)]);
    });

    test('it works offline and over a new connection, and leaves nothing to send of what was never sent', () => {
        const story = open();
        story.fall();
        story.heat(21).type('typed offline');
        story.undo();
        story.undo();
        story.undo();
        assert.equal(story.client.status.waiting, 0);
        story.redo();
        story.client.opened();
        story.joined({ snapshot: null });
        assert.deepEqual(story.take('submit').at(-1)?.ops, [heat(21)]);
    });

    test('a new snapshot that nobody can lead to: nothing is guessed', () => {
        const story = open().type('word').saved();
        story.fall();
        story.client.opened();
        story.joined({ version: 90, snapshot: formWith({ notes: 'another word' }) });
        assert.equal(story.client.canUndo, false);
        assert.equal(story.undo(), 'another word');
    });
});

describe('what others changed since is theirs', () => {
    test('C6 a value: it is said who, and nothing is sent', () => {
        const story = open({ temperature: 20 }).heat(21);
        story.accept();
        story.commit(OTHER, heat(30));
        story.take();
        assert.deepEqual(story.client.undo(), { op: heat(20), against: { why: 'changed', by: BEN } });
        assert.deepEqual(story.take('submit'), []);
        assert.equal(story.client.value(TEMPERATURE), 30);
        assert.equal(story.client.undo(), null);
    });

    test('my later value goes back to theirs, and no further', () => {
        const story = open({ temperature: 20 }).heat(21);
        story.accept();
        story.commit(OTHER, heat(30));
        story.pause().heat(31);
        story.client.undo();
        assert.equal(story.client.value(TEMPERATURE), 30);
        assert.deepEqual(story.client.undo()?.against, { why: 'changed', by: BEN });
        assert.equal(story.client.value(TEMPERATURE), 30);
    });

    test('C6 an undo that meets their change on its way is refused like any op', () => {
        const story = open({ temperature: 20 }).heat(21);
        story.accept();
        story.client.undo();
        const [submit] = story.take('submit');
        story.commit(OTHER, heat(30));
        const current = { value: 30, version: 2, by: OTHER };
        story.ack(submit.seq, [{ index: 0, code: 'conflict', message: '', current }]);
        assert.equal(story.client.refusalAt(TEMPERATURE)?.mine, 20);
        story.client.takeTheirs(TEMPERATURE);
        assert.equal(story.client.value(TEMPERATURE), 30);
    });

    test('I6 a value that was refused is decided first', () => {
        const story = open({ temperature: 20 }).heat(21);
        story.accept();
        story.pause().heat(-5);
        const [submit] = story.take('submit');
        story.ack(submit.seq, [{ index: 0, code: 'invalid', message: '' }]);
        assert.deepEqual(story.client.undo()?.against, { why: 'refused', by: null });
        assert.equal(story.client.refusalAt(TEMPERATURE)?.mine, -5);
        story.client.takeTheirs(TEMPERATURE);
        story.client.undo();
        assert.equal(story.client.value(TEMPERATURE), 20);
    });

    test('a refused text is no step any more; put in again it is one', () => {
        const story = open({ notes: 'aa' }).type('a', 1);
        const [submit] = story.take('submit');
        story.ack(submit.seq, [{ index: 0, code: 'locked', message: '' }]);
        assert.equal(story.client.canUndo, false);
        story.client.keepMine(NOTES);
        assert.equal(story.text, 'aaa');
        assert.equal(story.undo(), 'aa');
    });
});

describe('rows', () => {
    const rows = ['row-one-1', 'row-two-2', 'row-three'];
    const there = /** @param {Story} story */ (story) => [...story.client.rows('readings')];

    test('one that I added goes, and comes back with what I typed into it', () => {
        const story = open({ rows });
        const row = story.client.addRow('readings', 'row-one-1');
        story.put({ table: 'readings', row, field: 'note' }, [2, '!']);
        story.client.undo();
        story.client.undo();
        assert.deepEqual(there(story), rows);
        story.client.redo();
        story.client.redo();
        assert.deepEqual(there(story), ['row-one-1', row, 'row-two-2', 'row-three']);
        assert.equal(story.client.value({ table: 'readings', row, field: 'note' }), 'ok!');
    });

    test('one that I added and somebody filled stays, and it is said who', () => {
        const story = open();
        const row = story.client.addRow('readings', null);
        story.accept();
        story.commit(OTHER, { kind: 'set', table: 'readings', row, field: 'pressure', value: 3 });
        assert.deepEqual(story.client.undo()?.against, { why: 'changed', by: BEN });
        assert.deepEqual(there(story), [row]);
    });

    test('C6 one that I added and moved stays if somebody fills it while the move is under way', () => {
        const story = open({ rows });
        const row = story.client.addRow('readings', 'row-one-1');
        story.accept();
        story.client.moveRow('readings', row, null);
        const [move] = story.take('submit');
        story.client.undo();
        story.client.undo();
        story.commit(OTHER, { kind: 'set', table: 'readings', row, field: 'pressure', value: 3 });
        story.commit(ME, move.ops[0], { seq: move.seq });
        story.ack(move.seq);
        const sent = story.take('submit').flatMap(({ ops }) => ops);
        assert.ok(!sent.some(({ kind }) => kind === 'remove_row'), 'it is not removed over what they wrote');
        assert.equal(story.client.refusals[0].code, 'conflict');
        assert.ok(there(story).includes(row));
    });

    test('one that I removed comes back at its place; brought back by its message, it is no step any more', () => {
        const story = open({ rows });
        story.client.removeRow('readings', 'row-two-2');
        story.client.undo();
        assert.deepEqual(there(story), rows);
        story.client.redo();
        assert.deepEqual(there(story), ['row-one-1', 'row-three']);
        story.client.restoreRow('readings', 'row-two-2');
        assert.deepEqual(there(story), rows);
        assert.equal(story.client.canUndo, false);
    });

    test('one that was brought back is not removed again once somebody wrote in it', () => {
        const story = open({ rows });
        story.client.removeRow('readings', 'row-two-2');
        story.accept();
        story.client.undo();
        const [submit] = story.take('submit');
        story.commit(
            ME,
            { kind: 'restore_row', table: 'readings', row: 'row-two-2', after: 'row-one-1', values: { note: 'ok' } },
            { seq: submit.seq },
        );
        story.ack(submit.seq);
        story.commit(OTHER, { kind: 'edit', table: 'readings', row: 'row-two-2', field: 'note', delta: ['x'] });
        assert.deepEqual(story.client.redo()?.against, { why: 'changed', by: BEN });
        assert.deepEqual(there(story), rows);
    });

    test('one that I moved goes back behind the row it stood behind, where that went; not if somebody moved it', () => {
        const story = open({ rows });
        story.client.moveRow('readings', 'row-three', null);
        story.accept();
        story.commit(OTHER, { kind: 'move_row', table: 'readings', row: 'row-two-2', after: null });
        assert.deepEqual(there(story), ['row-two-2', 'row-three', 'row-one-1']);
        story.client.undo();
        assert.deepEqual(there(story), ['row-two-2', 'row-three', 'row-one-1'], 'it stands there already');
        story.client.moveRow('readings', 'row-three', null);
        story.accept();
        story.commit(OTHER, { kind: 'move_row', table: 'readings', row: 'row-three', after: 'row-one-1' });
        assert.deepEqual(story.client.undo()?.against, { why: 'changed', by: BEN });
    });

    test('what was in a row that is gone is passed over', () => {
        const story = open({ rows }).heat(21);
        story.accept();
        story.put({ table: 'readings', row: 'row-one-1', field: 'note' }, ['mine ']);
        story.accept();
        story.commit(OTHER, { kind: 'remove_row', table: 'readings', row: 'row-one-1' });
        assert.deepEqual(story.client.undo(), { op: heat(null), against: null });
    });

    test('a decision that brings a row and a text back is one step', () => {
        const story = open({ rows });
        story.put({ table: 'readings', row: 'row-one-1', field: 'note' }, ['mine ']);
        const [submit] = story.take('submit');
        story.commit(OTHER, { kind: 'remove_row', table: 'readings', row: 'row-one-1' });
        story.ack(submit.seq, [{ index: 0, code: 'gone', message: '' }]);
        const at = { table: 'readings', row: 'row-one-1', field: 'note' };
        story.client.keepMine(at);
        assert.equal(story.client.value(at), 'mine ok');
        story.client.undo();
        assert.deepEqual(there(story), ['row-two-2', 'row-three']);
        assert.equal(story.client.canUndo, false);
    });
});

test('apply is what undo is made of: a step does no more than its delta', () => {
    const story = open({ notes: 'one two' }).backspace(3);
    story.undo();
    const { op } = /** @type {any} */ (story.turned);
    assert.equal(apply('one ', op.delta), 'one two');
});
