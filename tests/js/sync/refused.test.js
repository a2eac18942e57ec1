// @ts-check
/** I6: what was refused stays on its author's screen, with the reason, until the author decides. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { BEN, ME, NOTES, OTHER, Story, TEMPERATURE, edit, formWith, heat } from './support/story.js';

/** @param {string} code */
const refusing = (code) => [{ index: 0, code, message: 'No.', current: null }];

describe('I6 a refused value', () => {
    for (const code of ['invalid', 'locked', 'forbidden', 'limit', 'internal']) {
        test(`${code}: it stays in its field, with the reason`, () => {
            const story = new Story().join({ snapshot: formWith({ temperature: 4 }) });
            story.client.set(TEMPERATURE, 5);
            story.page.type(TEMPERATURE, 5);
            story.ack(1, refusing(code));
            const refusal = story.client.refusalAt(TEMPERATURE);
            assert.deepEqual(
                [refusal?.kind, refusal?.code, refusal?.message, refusal?.mine],
                ['rejected', code, 'No.', 5],
            );
            assert.equal(story.page.shown.get('temperature'), 5);
            assert.deepEqual([story.client.status.kind, story.client.status.refused], ['saved', 1]);
        });
    }

    test('another value takes its place, and is tried', () => {
        const story = new Story().join();
        story.client.set(TEMPERATURE, -999);
        story.ack(1, refusing('invalid'));
        story.take();
        story.client.set(TEMPERATURE, 4);
        assert.deepEqual(story.take('submit')[0].ops, [heat(4)]);
        assert.deepEqual(story.client.refusals, []);
    });

    test('one that was typed before the answer came is what counts', () => {
        const story = new Story().join();
        story.client.set(TEMPERATURE, -999);
        story.client.set(TEMPERATURE, 4);
        story.take();
        story.ack(1, refusing('invalid'));
        assert.deepEqual(story.client.refusals, []);
        assert.deepEqual(story.take('submit')[0].ops, [heat(4)]);
    });

    test('it is let go, or tried again', () => {
        const story = new Story().join({ snapshot: formWith({ temperature: 4 }) });
        story.client.set(TEMPERATURE, 5);
        story.ack(1, refusing('locked'));
        story.take();
        story.client.keepMine(TEMPERATURE);
        assert.deepEqual(story.take('submit')[0].ops, [heat(5)]);
        story.ack(2, refusing('locked'));
        story.client.takeTheirs(TEMPERATURE);
        assert.equal(story.page.shown.get('temperature'), 4);
        assert.deepEqual(story.hear('refusal').at(-1), {
            type: 'refusal',
            id: 'refusal-2',
            address: TEMPERATURE,
            refusal: null,
        });
    });

    test('C4 its neighbours are not refused with it', () => {
        const story = new Story().join();
        story.fall();
        story.client.set(TEMPERATURE, 5);
        story.client.edit(NOTES, ['fine']);
        story.client.opened();
        story.joined({ snapshot: null });
        story.commit(ME, edit('fine'));
        story.ack(1, refusing('invalid'));
        assert.equal(story.client.value(NOTES), 'fine');
        assert.deepEqual(
            story.client.refusals.map(({ address }) => address),
            [TEMPERATURE],
        );
    });
});

describe('I6 a refused text', () => {
    /** "ab", I typed X after the a, was refused, and had typed on. */
    function refused() {
        const story = new Story().join({ snapshot: formWith({ notes: 'ab' }) });
        story.client.edit(NOTES, [1, 'X']);
        story.client.edit(NOTES, [2, 'Y']);
        story.page.type(NOTES, 'aXYb');
        story.hear();
        story.take();
        story.ack(1, refusing('locked'));
        return story;
    }

    test('the field shows what is stored; the refusal keeps all that was typed', () => {
        const story = refused();
        assert.equal(story.notes, 'ab');
        assert.deepEqual(
            story.client.refusals.map(({ code, mine, op }) => [code, mine, op]),
            [['locked', 'aXYb', edit(1, 'XY')]],
        );
        assert.deepEqual(story.take('submit'), [], 'what was typed on top of it is not sent without it');
        assert.deepEqual(story.hear('text'), [
            { type: 'text', address: NOTES, delta: [1, { d: 2 }], by: null, own: true },
        ]);
    });

    test('it is put in again where it belongs, whatever was written meanwhile', () => {
        const story = refused();
        story.commit(OTHER, edit('Ben: '));
        assert.equal(story.client.refusalAt(NOTES)?.mine, 'Ben: aXYb', 'it keeps up');
        assert.deepEqual(story.client.refusalAt(NOTES)?.by, BEN);
        story.client.edit(NOTES, [7, '!']);
        story.page.type(NOTES, 'Ben: ab!');
        story.client.keepMine(NOTES);
        assert.equal(story.notes, 'Ben: aXYb!');
        assert.deepEqual(story.client.refusals, []);
    });

    test('a second refusal beside the first loses neither', () => {
        const story = refused();
        story.client.edit(NOTES, [2, ' and more']);
        story.page.type(NOTES, 'ab and more');
        story.ack(2, refusing('locked'));
        assert.equal(story.notes, 'ab');
        assert.deepEqual(
            story.client.refusals.map(({ mine }) => mine),
            ['aXYb and more'],
        );
    });

    test('letting it go leaves what is stored', () => {
        const story = refused();
        story.client.takeTheirs(NOTES);
        assert.equal(story.notes, 'ab');
        assert.deepEqual(story.client.refusals, []);
    });
});

describe('I6 a refused row', () => {
    /** A row that may not be added, with what was typed into it before and after it was sent. */
    function refused(code = 'limit') {
        const story = new Story().join({ snapshot: formWith({ rows: ['row-aaaa'] }) });
        story.fall();
        const row = story.client.addRow('readings', 'row-aaaa');
        story.client.set({ table: 'readings', row, field: 'pressure' }, 3);
        story.client.opened();
        story.joined({ snapshot: null });
        story.client.edit({ table: 'readings', row, field: 'note' }, [2, '!']);
        const next = story.client.addRow('readings', row);
        story.take();
        const gone = { code: 'gone', message: 'Gone.', current: null };
        story.ack(1, [...refusing(code), { index: 1, ...gone }]);
        return { story, row, next };
    }

    test('it goes; one refusal keeps everything that was in it', () => {
        const { story, next } = refused();
        assert.deepEqual(
            story.client.refusals.map(({ code, address, op, mine }) => [code, address, op.kind, mine]),
            [['limit', null, 'add_row', { pressure: 3, note: 'ok!' }]],
        );
        assert.deepEqual(story.page.rows.get('readings'), ['row-aaaa', next]);
        assert.deepEqual(
            story.take('submit')[0].ops,
            [{ kind: 'add_row', table: 'readings', row: next, after: 'row-aaaa' }],
            'what was to stand behind it stands where it would have stood',
        );
    });

    test('it is added again with what was in it', () => {
        const { story, row } = refused();
        story.accept();
        story.client.retry(story.client.refusals[0].id);
        assert.equal(story.client.value({ table: 'readings', row, field: 'note' }), 'ok!');
        assert.deepEqual(
            story
                .take('submit')
                .at(-1)
                .ops.map((/** @type {any} */ { kind }) => kind),
            ['add_row', 'set', 'edit'],
        );
    });

    test('under another id where the first one may have been the trouble', () => {
        const { story, row } = refused('invalid');
        story.accept();
        story.client.retry(story.client.refusals[0].id);
        const [add] = story.take('submit').at(-1).ops;
        assert.notEqual(add.row, row);
    });

    test('a move that was refused is shown undone', () => {
        const story = new Story().join({ snapshot: formWith({ rows: ['row-aaaa', 'row-bbbb'] }) });
        story.client.moveRow('readings', 'row-bbbb', null);
        assert.deepEqual(story.page.rows.get('readings'), ['row-bbbb', 'row-aaaa']);
        story.ack(1, refusing('locked'));
        assert.deepEqual(story.page.rows.get('readings'), ['row-aaaa', 'row-bbbb']);
        story.take();
        story.client.retry(story.client.refusals[0].id);
        assert.deepEqual(story.take('submit')[0].ops, [
            { kind: 'move_row', table: 'readings', row: 'row-bbbb', after: null },
        ]);
    });
});

test('an op that the server committed otherwise than expected: what is committed is shown', () => {
    const story = new Story().join({ snapshot: formWith({ notes: 'ab' }) });
    story.client.edit(NOTES, [1, 'mine']);
    story.client.edit(NOTES, [5, '!']);
    story.page.type(NOTES, 'amine!b');
    story.commit(ME, edit(1, 'MINE'), { seq: 1 });
    story.ack(1);
    assert.equal(story.notes, 'aMINE!b');
    assert.deepEqual(story.page.differences(), []);
});
