// @ts-check
/** R1: who is here, in which field, with which selection, moved by everything that happens. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ADA, BEN, ME, NOTES, OTHER, Story, TEMPERATURE, edit } from './support/story.js';

const CELL = { value: 'one two', version: 0, by: null, at: null };

/** @param {any} place */
const ben = (place = {}) => ({
    session: 's-ben',
    user: BEN,
    color: 5,
    at: null,
    selection: null,
    base: null,
    ...place,
});

/** @param {any} [place] where Ben is */
function room(place) {
    const you = { session: 's-ada', user: ADA, color: 3, at: null, selection: null, base: null };
    const story = new Story().join({
        snapshot: { values: { summary: CELL }, tables: { readings: [] } },
        people: [you, ben(place)],
        you,
    });
    story.take();
    story.hear();
    return story;
}

/** @param {Story} story */
const selectionOfBen = (story) => story.client.others[0].selection;

describe('the others', () => {
    test('are those who are here but oneself; people are all', () => {
        const { client } = room();
        assert.deepEqual(
            client.others.map(({ user }) => user.name),
            ['Ben'],
        );
        assert.deepEqual(
            client.people.map(({ user }) => user.name),
            ['Ada', 'Ben'],
        );
        assert.equal(client.you?.session, 's-ada');
    });

    test('come, move and leave', () => {
        const story = room();
        story.client.received({
            type: 'presence',
            joined: [{ ...ben(), session: 's-cyd', user: { id: 'u-cyd', name: 'Cyd' } }],
            left: [],
            changed: [],
        });
        story.client.received({
            type: 'presence',
            joined: [],
            left: [],
            changed: [{ session: 's-ben', at: TEMPERATURE, selection: null, base: 0 }],
        });
        assert.deepEqual(
            story.client.others.map(({ user, at }) => [user.name, at]),
            [
                ['Ben', TEMPERATURE],
                ['Cyd', null],
            ],
        );
        story.client.received({ type: 'presence', joined: [], left: ['s-ben'], changed: [] });
        assert.deepEqual(
            story.client.others.map(({ user }) => user.name),
            ['Cyd'],
        );
        assert.equal(story.hear('people').length, 3);
        story.client.received({
            type: 'presence',
            joined: [],
            left: ['s-nobody'],
            changed: [{ session: 's-nobody', at: null, selection: null, base: 0 }],
        });
        assert.equal(story.client.others.length, 1);
    });

    test('are not known while there is no connection', () => {
        const story = room();
        story.fall();
        assert.deepEqual(story.client.others, []);
        assert.equal(story.client.you?.user.name, 'Ada');
    });
});

describe("a colleague's selection", () => {
    test('is moved by what I typed and have not sent, and by what others commit', () => {
        const story = room({ at: NOTES, selection: [4, 7], base: 0 });
        assert.deepEqual(selectionOfBen(story), [4, 7]);
        story.client.edit(NOTES, ['>> ']);
        assert.deepEqual(selectionOfBen(story), [7, 10]);
        story.commit(ME, edit('>> '));
        assert.deepEqual(selectionOfBen(story), [7, 10]);
    });

    test("an insert at the caret moves only its author's", () => {
        const story = room({ at: NOTES, selection: [7, 7], base: 0 });
        story.client.edit(NOTES, [7, '!']);
        assert.deepEqual(selectionOfBen(story), [7, 7]);
        story.commit(OTHER, edit(7, '?'));
        assert.deepEqual(selectionOfBen(story), [8, 8]);
    });

    test('told on an older version: moved by what it missed', () => {
        const story = room();
        story.commit(OTHER, edit('a'));
        story.commit(ME, edit('b'), { seq: 99 });
        story.client.received({
            type: 'presence',
            joined: [],
            left: [],
            changed: [{ session: 's-ben', at: NOTES, selection: [4, 4], base: 1 }],
        });
        assert.deepEqual(selectionOfBen(story), [5, 5]);
    });

    test('told on a version that is not here yet: shown when it is', () => {
        const story = room();
        story.client.received({
            type: 'presence',
            joined: [],
            left: [],
            changed: [{ session: 's-ben', at: NOTES, selection: [9, 9], base: 1 }],
        });
        assert.deepEqual([story.client.others[0].at, selectionOfBen(story)], [NOTES, null]);
        story.commit(OTHER, edit('> '));
        assert.deepEqual(selectionOfBen(story), [9, 9]);
    });

    test('told before this page joined: shown where the text is still the same', () => {
        const you = { session: 's-ada', user: ADA, color: 3, at: null, selection: null, base: null };
        const people = [you, ben({ at: NOTES, selection: [4, 4], base: 10 })];
        const cell = /** @param {number} version */ (version) => ({
            values: { summary: { ...CELL, version } },
            tables: { readings: [] },
        });
        const same = new Story().join({ version: 30, snapshot: cell(10), people, you });
        assert.deepEqual(selectionOfBen(same), [4, 4]);
        const other = new Story().join({ version: 30, snapshot: cell(11), people, you });
        assert.deepEqual([other.client.others[0].at, selectionOfBen(other)], [NOTES, null]);
    });

    test('in a tail it counts from where it was told, not from where the tail begins', () => {
        const story = room();
        story.fall();
        story.client.opened();
        const you = { session: 's-ada-2', user: ADA, color: 3, at: null, selection: null, base: null };
        story.joined({
            version: 2,
            snapshot: null,
            people: [you, ben({ at: NOTES, selection: [5, 5], base: 1 })],
            you,
        });
        story.commit(OTHER, edit('a'), { from: 1 });
        story.commit(ME, edit('b'), { from: 2, seq: 99 });
        assert.deepEqual(selectionOfBen(story), [6, 6]);
    });
});

describe('where I am', () => {
    test('is told with the version that it counts on', () => {
        const story = room();
        story.client.focus(NOTES, [3, 3]);
        assert.deepEqual(story.take(), [{ type: 'focus', at: NOTES, selection: [3, 3], base: 0 }]);
        story.client.focus(NOTES, [3, 3]);
        assert.deepEqual(story.take(), [], 'once');
        story.client.blur();
        story.client.blur();
        assert.deepEqual(story.take(), [{ type: 'blur' }]);
        assert.deepEqual([story.client.you?.at, story.client.people[0].at], [null, null]);
    });

    test('typing on tells nothing: everybody moves the caret by the edit itself', () => {
        const story = room();
        story.client.focus(NOTES, [3, 3]);
        story.take();
        for (const [at, letter] of [...'abc'].entries()) {
            story.client.edit(NOTES, [3 + at, letter]);
            story.client.focus(NOTES, [4 + at, 4 + at]);
        }
        story.accept();
        story.accept();
        assert.deepEqual(story.take('focus'), []);
        assert.deepEqual(story.client.you?.selection, [6, 6]);
    });

    test('counts in the committed text, not in what only this page shows', () => {
        const story = room();
        story.client.edit(NOTES, ['>> ']);
        story.client.focus(NOTES, [6, 10]);
        assert.deepEqual(story.take('focus'), [{ type: 'focus', at: NOTES, selection: [3, 7], base: 0 }]);
    });

    test('counts characters, not UTF-16 units', () => {
        const story = room();
        story.client.edit(NOTES, ['🧪🧪']);
        story.client.focus(NOTES, [5, 5]);
        assert.deepEqual(story.take('focus')[0].selection, [3, 3]);
    });

    test('inside of what is not committed it is told as near as can be, and again when it is', () => {
        const story = room();
        story.client.edit(NOTES, ['abc']);
        story.client.focus(NOTES, [1, 1]);
        assert.deepEqual(story.take('focus'), [{ type: 'focus', at: NOTES, selection: [0, 0], base: 0 }]);
        story.accept();
        assert.deepEqual(story.take('focus'), [{ type: 'focus', at: NOTES, selection: [1, 1], base: 1 }]);
    });

    test("a colleague's edit moves it, and needs no telling", () => {
        const story = room();
        story.client.focus(NOTES, [3, 3]);
        story.take();
        story.commit(OTHER, edit('> '));
        assert.deepEqual(story.client.you?.selection, [5, 5]);
        story.client.focus(NOTES, [5, 5]);
        assert.deepEqual(story.take('focus'), []);
    });

    test('is told again to a new connection, which knows nothing', () => {
        const story = room();
        story.client.focus(NOTES, [3, 3]);
        story.fall();
        story.client.focus(NOTES, [4, 4]);
        story.take();
        story.client.opened();
        story.joined({ snapshot: null });
        assert.deepEqual(story.take('focus'), [{ type: 'focus', at: NOTES, selection: [4, 4], base: 0 }]);
    });
});

test('many edits later the selection is still known: only so many are remembered', () => {
    const story = room({ at: NOTES, selection: [7, 7], base: 0 });
    for (let count = 0; count < 1200; count += 1) {
        story.commit(OTHER, edit('.'));
    }
    assert.deepEqual(selectionOfBen(story), [1207, 1207]);
    story.client.received({
        type: 'presence',
        joined: [],
        left: [],
        changed: [{ session: 's-ben', at: NOTES, selection: [1, 1], base: 5 }],
    });
    assert.equal(selectionOfBen(story), null, 'told too long ago to say');
});
