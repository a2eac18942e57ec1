// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NOTHING, beforeWhich, withNewest, withOlder } from '../../../static/js/ui/history/changes.js';
import { difference, shortened } from '../../../static/js/ui/history/difference.js';
import { wordsOfChange, wordsOfNews } from '../../../static/js/ui/history/words.js';
import { Random, seedOf } from '../random.js';

/**
 * @param {number} version
 * @param {number} [first]
 */
const change = (version, first = version) => ({
    version,
    from_version: first,
    at: '2026-03-12T13:03:22Z',
    by: { id: 'b', name: 'Bob' },
    kind: 'edit',
    before: null,
    after: version,
});

/** @param {{changes: {version: number}[]}} page */
const versions = ({ changes }) => changes.map(({ version }) => version);

test('a difference is told by words', () => {
    assert.deepEqual(difference('The valve is open.', 'The valve was not open.'), [
        { kind: 'same', text: 'The valve ' },
        { kind: 'removed', text: 'is' },
        { kind: 'added', text: 'was not' },
        { kind: 'same', text: ' open.' },
    ]);
    assert.deepEqual(difference('', 'new'), [{ kind: 'added', text: 'new' }]);
    assert.deepEqual(difference('same', 'same'), [{ kind: 'same', text: 'same' }]);
});

test('a difference holds both texts, whatever they are', (context) => {
    const chance = new Random(seedOf(context));
    const words = ['a', 'b ', '\n', '👍', 'é', ' ', 'wörd', '—', '1'];
    const text = () => Array.from({ length: chance.integer(0, 12) }, () => words[chance.integer(0, 8)]).join('');
    for (let round = 0; round < 500; round += 1) {
        const [before, after] = [text(), text()];
        const pieces = difference(before, after);
        const side = (/** @type {string} */ left) =>
            pieces
                .filter(({ kind }) => kind !== left)
                .map((piece) => piece.text)
                .join('');
        assert.equal(side('added'), before);
        assert.equal(side('removed'), after);
    }
});

test('two texts that share nothing do not hold the page up', () => {
    const [before, after] = ['x '.repeat(50_000), 'y '.repeat(50_000)];
    const pieces = difference(before, after);
    const kept = pieces.filter(({ kind }) => kind !== 'added').map(({ text }) => text);
    assert.equal(kept.join(''), before);
});

test('what is far from a change is left out', () => {
    const around = (/** @type {string} */ word) => `${'far '.repeat(100)}${word}${' away'.repeat(100)}`;
    const pieces = shortened(difference(around('old'), around('new')));
    assert.deepEqual(
        pieces.map(({ kind }) => kind),
        ['left-out', 'same', 'removed', 'added', 'same', 'left-out'],
    );
    assert.ok(pieces.every(({ text }) => [...text].length <= 40));
    assert.deepEqual(shortened([{ kind: 'same', text: 'short' }]), [{ kind: 'same', text: 'short' }]);
});

test('older changes stand below, newer ones above, and what is still typed is one that grows', () => {
    const first = { changes: [change(9, 8), change(7)], more: true };
    assert.equal(beforeWhich(first), 7);
    const known = withOlder(first, { changes: [change(4, 2), change(1)], more: false });
    assert.deepEqual([versions(known), known.more], [[9, 7, 4, 1], false]);
    const grown = withNewest(known, { changes: [change(11, 8), change(7)], more: true });
    assert.deepEqual([versions(grown), grown.more], [[11, 7, 4, 1], false]);
    assert.equal(beforeWhich(NOTHING), null);
});

test('where more came than a page holds, nothing between is passed over', () => {
    const known = { changes: [change(3), change(2), change(1)], more: false };
    const jumped = withNewest(known, { changes: [change(90), change(80)], more: true });
    assert.deepEqual([versions(jumped), jumped.more], [[90, 80], true]);
    assert.deepEqual(versions(withNewest(known, { changes: [change(5)], more: false })), [5]);
});

test('a change in words', () => {
    const context = { you: 'a', zone: 'Europe/Berlin', now: new Date('2026-03-12T14:00:00Z'), merges: true };
    const words = wordsOfChange({ ...change(3), before: 'x', after: 'y' }, context);
    assert.deepEqual([words.who, words.when, words.isText], ['Bob', '14:03', true]);
    assert.equal(wordsOfChange(change(3), { ...context, you: 'b' }).who, 'You');
    assert.equal(wordsOfChange({ ...change(3), kind: 'remove_row' }, context).how, 'the row was removed');
    assert.equal(wordsOfNews(change(3), 'a'), 'Bob has just changed this.');
    assert.equal(wordsOfNews(change(3), 'b'), '');
});
