// @ts-check
/** Two people in one form: what one does while the other's change is on its way. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { BEN, ME, NOTES, OTHER, Story, TEMPERATURE, edit, formWith, heat } from './support/story.js';

describe('C5 text merges', () => {
    test('a colleague types elsewhere in the text while mine is under way', () => {
        const story = new Story().join({ snapshot: formWith({ notes: 'one two' }) });
        story.client.edit(NOTES, [3, ',']);
        story.client.edit(NOTES, [8, '!']);
        story.page.type(NOTES, 'one, two!');
        story.commit(OTHER, edit('> '));
        assert.equal(story.notes, '> one, two!');
        assert.deepEqual(story.hear('text'), [{ type: 'text', address: NOTES, delta: ['> '], by: BEN, own: false }]);
        story.commit(ME, edit(5, ','));
        story.ack(1);
        assert.deepEqual(story.sent.at(-1), { type: 'submit', seq: 2, base: 2, ops: [edit(10, '!')] });
        assert.equal(story.client.value(NOTES), '> one, two!');
    });

    test('insert at the same place: the one committed first stands first', () => {
        const story = new Story().join({ snapshot: formWith({ notes: '[]' }) });
        story.client.edit(NOTES, [1, 'mine']);
        story.page.type(NOTES, '[mine]');
        story.commit(OTHER, edit(1, 'theirs'));
        assert.equal(story.notes, '[theirsmine]');
        story.commit(ME, edit(7, 'mine'));
        story.ack(1);
        assert.equal(story.client.value(NOTES), '[theirsmine]');
        assert.equal(story.client.snapshot.values.summary.value, '[theirsmine]');
    });

    test('and mine stands first when mine was committed first', () => {
        const story = new Story().join({ snapshot: formWith({ notes: '[]' }) });
        story.client.edit(NOTES, [1, 'mine']);
        story.page.type(NOTES, '[mine]');
        story.commit(ME, edit(1, 'mine'));
        story.commit(OTHER, edit(5, 'theirs'));
        assert.equal(story.notes, '[minetheirs]');
    });

    test('what both delete is deleted once; mine is committed as nothing, and is over (C4)', () => {
        const story = new Story().join({ snapshot: formWith({ notes: 'abc' }) });
        story.client.edit(NOTES, [1, { d: 1 }]);
        story.page.type(NOTES, 'ac');
        story.commit(OTHER, edit(1, { d: 1 }));
        assert.equal(story.notes, 'ac');
        story.commit(ME, edit());
        story.ack(1);
        assert.equal(story.client.status.kind, 'saved');
        assert.equal(story.client.value(NOTES), 'ac');
    });

    test('positions are characters, not UTF-16 units', () => {
        const story = new Story().join({ snapshot: formWith({ notes: '🧪🧪' }) });
        story.client.edit(NOTES, [2, 'x']);
        story.page.type(NOTES, '🧪🧪x');
        story.commit(OTHER, edit(1, '🔧'));
        assert.equal(story.notes, '🧪🔧🧪x');
    });
});

describe('C6 no silent overwrite', () => {
    test("a colleague's value is shown, with who wrote it", () => {
        const story = new Story().join();
        story.commit(OTHER, heat(20));
        assert.deepEqual(story.hear('value'), [{ type: 'value', address: TEMPERATURE, by: BEN, own: false }]);
        assert.deepEqual(story.client.cell(TEMPERATURE), {
            value: 20,
            version: 1,
            by: BEN,
            at: '2025-01-01T00:00:01Z',
            local: false,
            refusal: null,
        });
    });

    test('theirs under mine that was not sent: a conflict before the server is asked', () => {
        const story = new Story().join();
        story.fall();
        story.client.set(TEMPERATURE, 21);
        story.client.opened();
        story.joined({ version: 1, snapshot: null });
        story.commit(OTHER, heat(20), { from: 1 });
        assert.deepEqual(story.take('submit'), []);
        const refusal = story.client.refusalAt(TEMPERATURE);
        assert.deepEqual(
            [refusal?.kind, refusal?.code, refusal?.mine, refusal?.current?.version, refusal?.by],
            ['conflict', 'conflict', 21, 1, BEN],
        );
        assert.equal(story.page.shown.get('temperature'), 21, 'mine stays on the screen (I6)');
        assert.deepEqual([story.client.status.kind, story.client.status.refused], ['saved', 1]);
    });

    /** Mine was sent and lost against theirs. */
    function conflict() {
        const story = new Story().join();
        story.client.set(TEMPERATURE, 21);
        story.commit(OTHER, heat(20));
        assert.equal(story.page.client.value(TEMPERATURE), 21);
        const current = { value: 20, version: 1, by: OTHER, at: '2025-01-01T00:00:01Z' };
        story.ack(1, [{ index: 0, code: 'conflict', message: 'Somebody else changed this meanwhile.', current }]);
        return story;
    }

    test('the server says so: both values are there, mine is shown', () => {
        const story = conflict();
        const [{ refusal }] = story.hear('refusal');
        assert.deepEqual(
            { ...refusal, id: '' },
            {
                id: '',
                kind: 'conflict',
                address: TEMPERATURE,
                op: heat(21),
                code: 'conflict',
                message: 'Somebody else changed this meanwhile.',
                mine: 21,
                current: { value: 20, version: 1, by: OTHER, at: '2025-01-01T00:00:01Z' },
                by: BEN,
            },
        );
        assert.equal(story.client.value(TEMPERATURE), 21);
    });

    test('keep mine: a new set, on the newer base', () => {
        const story = conflict();
        story.take();
        story.client.keepMine(TEMPERATURE);
        assert.deepEqual(story.take('submit'), [{ type: 'submit', seq: 2, base: 1, ops: [heat(21)] }]);
        assert.equal(story.client.refusalAt(TEMPERATURE), null);
        assert.equal(story.page.shown.get('temperature'), 21);
    });

    test('take theirs', () => {
        const story = conflict();
        story.take();
        story.client.takeTheirs(TEMPERATURE);
        assert.deepEqual(story.take('submit'), []);
        assert.equal(story.page.shown.get('temperature'), 20);
        assert.deepEqual(story.client.status, { kind: 'saved', waiting: 0, refused: 0, code: null, reason: null });
    });

    test('typing on changes what is mine, and overwrites nothing', () => {
        const story = conflict();
        story.take();
        story.client.set(TEMPERATURE, 22);
        assert.deepEqual(story.take('submit'), []);
        assert.equal(story.client.refusalAt(TEMPERATURE)?.mine, 22);
        story.client.set(TEMPERATURE, 20);
        assert.equal(story.client.refusalAt(TEMPERATURE), null, 'what both want is no conflict');
    });

    test('theirs goes on changing: the refusal shows the newest', () => {
        const story = conflict();
        story.commit(OTHER, heat(19));
        assert.equal(/** @type {any} */ (story.client.refusalAt(TEMPERATURE)?.current).value, 19);
        story.commit(OTHER, heat(21));
        assert.equal(story.client.refusalAt(TEMPERATURE), null);
    });

    test('what I typed after it was sent is mine, and is not sent over theirs', () => {
        const story = new Story().join();
        story.client.set(TEMPERATURE, 2);
        story.client.set(TEMPERATURE, 21);
        story.commit(OTHER, heat(20));
        story.take();
        story.ack(1, [
            { index: 0, code: 'conflict', message: '', current: { value: 20, version: 1, by: OTHER, at: null } },
        ]);
        assert.deepEqual(story.take('submit'), []);
        assert.equal(story.client.refusalAt(TEMPERATURE)?.mine, 21);
    });

    test('the same value from both is no conflict', () => {
        const story = new Story().join();
        story.fall();
        story.client.set(TEMPERATURE, 20);
        story.client.opened();
        story.joined({ version: 1, snapshot: null });
        story.commit(OTHER, heat(20), { from: 1 });
        assert.deepEqual(story.client.refusals, []);
        assert.deepEqual(story.take('submit'), []);
        assert.equal(story.client.status.kind, 'saved');
    });

    test('removing a row that another changed meanwhile', () => {
        const story = new Story().join({ snapshot: formWith({ rows: ['row-aaaa'] }) });
        story.fall();
        story.client.removeRow('readings', 'row-aaaa');
        story.client.opened();
        story.joined({ version: 1, snapshot: null });
        story.commit(
            OTHER,
            { kind: 'set', table: 'readings', row: 'row-aaaa', field: 'pressure', value: 9 },
            { from: 1 },
        );
        assert.deepEqual(story.page.rows.get('readings'), ['row-aaaa'], 'it is shown again');
        const [refusal] = story.client.refusals;
        assert.deepEqual(
            [refusal.kind, refusal.address, refusal.op.kind, refusal.by],
            ['conflict', null, 'remove_row', BEN],
        );
        assert.equal(/** @type {any} */ (refusal.current).values.pressure.value, 9);
        story.take();
        story.client.retry(refusal.id);
        assert.deepEqual(story.take('submit'), [
            { type: 'submit', seq: 1, base: 1, ops: [{ kind: 'remove_row', table: 'readings', row: 'row-aaaa' }] },
        ]);
    });
});

describe('C7 a row that another removed', () => {
    const NOTE = { table: 'readings', row: 'row-aaaa', field: 'note' };

    /** I typed into a row that Ben removed before it was sent. */
    function gone() {
        const story = new Story().join({ snapshot: formWith({ rows: ['row-aaaa', 'row-bbbb'] }) });
        story.fall();
        story.client.edit(NOTE, [2, ', but hot']);
        story.client.set({ ...NOTE, field: 'pressure' }, 7);
        story.client.opened();
        story.joined({ version: 1, snapshot: null });
        story.commit(OTHER, { kind: 'remove_row', table: 'readings', row: 'row-aaaa' }, { from: 1 });
        return story;
    }

    test('it goes, and what I typed is kept', () => {
        const story = gone();
        assert.deepEqual(story.page.rows.get('readings'), ['row-bbbb']);
        assert.deepEqual(
            story.client.refusals.map(({ code, address, mine }) => [code, address?.field, mine]),
            [
                ['gone', 'note', 'ok, but hot'],
                ['gone', 'pressure', 7],
            ],
        );
        assert.deepEqual(story.take('submit'), []);
    });

    test('keep mine brings it back, with what I typed', () => {
        const story = gone();
        story.client.keepMine(NOTE);
        assert.deepEqual(story.page.rows.get('readings'), ['row-aaaa', 'row-bbbb']);
        assert.equal(story.client.value(NOTE), 'ok, but hot');
        assert.deepEqual(story.take('submit')[0].ops, [
            { kind: 'restore_row', table: 'readings', row: 'row-aaaa' },
            { kind: 'edit', ...NOTE, delta: [2, ', but hot'] },
        ]);
        assert.equal(story.client.refusals.length, 1, 'the other cell is for me to decide');
        assert.equal(story.client.value({ ...NOTE, field: 'pressure' }), 7);
    });

    test('C4 the server refuses what was under way: the same', () => {
        const story = new Story().join({ snapshot: formWith({ rows: ['row-aaaa'] }) });
        story.client.edit(NOTE, [2, '!']);
        story.client.edit(NOTE, [3, '!']);
        story.commit(OTHER, { kind: 'remove_row', table: 'readings', row: 'row-aaaa' });
        story.ack(1, [{ index: 0, code: 'gone', message: 'This row is not there any more.', current: null }]);
        assert.equal(story.client.refusals[0].mine, 'ok!!', 'with what I typed after it was sent');
        assert.equal(story.client.status.waiting, 0);
    });

    test('what I do to it before the page has drawn that is refused at once', () => {
        const story = gone();
        story.client.moveRow('readings', 'row-aaaa', null);
        assert.equal(story.client.refusals.at(-1)?.op.kind, 'move_row');
        assert.equal(story.client.refusals.at(-1)?.code, 'gone');
    });

    test('removing it too, or restoring what another restored, needs no words', () => {
        const story = new Story().join({ snapshot: formWith({ rows: ['row-aaaa'] }) });
        story.client.removeRow('readings', 'row-aaaa');
        story.commit(OTHER, { kind: 'remove_row', table: 'readings', row: 'row-aaaa' });
        story.ack(1, [{ index: 0, code: 'gone', message: '', current: null }]);
        story.client.restoreRow('readings', 'row-aaaa');
        story.commit(OTHER, {
            kind: 'restore_row',
            table: 'readings',
            row: 'row-aaaa',
            after: null,
            values: { note: 'ok' },
        });
        story.ack(2, [{ index: 0, code: 'invalid', message: '', current: null }]);
        assert.deepEqual(story.client.refusals, []);
        assert.deepEqual(story.page.rows.get('readings'), ['row-aaaa']);
    });
});
