// @ts-check
/** Typing, sending, being acknowledged: what everybody does all day. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ADA, ME, NOTES, OTHER, Story, TEMPERATURE, edit, formWith, heat } from './support/story.js';

describe('a page opens', () => {
    test('it asks for everything, and draws when it has it', () => {
        const story = new Story();
        story.client.opened();
        assert.deepEqual(story.take(), [{ type: 'join', client_id: 'client-ada', since: null, want: 'snapshot' }]);
        assert.equal(story.client.status.kind, 'connecting');
        story.joined({ version: 7, snapshot: formWith({ notes: 'Calm night', temperature: 4 }) });
        assert.equal(story.hear('ready').length, 1);
        assert.equal(story.notes, 'Calm night');
        assert.deepEqual(story.client.cell(TEMPERATURE), {
            value: 4,
            version: 0,
            by: null,
            at: null,
            local: false,
            refusal: null,
        });
        assert.equal(story.client.version, 7);
        assert.equal(story.client.role, 'editor');
        assert.equal(story.client.status.kind, 'saved');
    });

    test('an empty text is an empty text, an empty value is null', () => {
        const { client } = new Story().join();
        assert.equal(client.value(NOTES), '');
        assert.equal(client.value(TEMPERATURE), null);
    });
});

describe('C1 a change is saved when the server says so, and not before', () => {
    test('one keystroke: sent at once, saving until acknowledged', () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['H']);
        assert.deepEqual(story.take('submit'), [{ type: 'submit', seq: 1, base: 0, ops: [edit('H')] }]);
        assert.deepEqual([story.client.status.kind, story.client.status.waiting], ['saving', 1]);
        story.commit(ME, edit('H'));
        assert.equal(story.client.status.kind, 'saving', 'committed is not acknowledged');
        story.ack(1);
        assert.deepEqual([story.client.status.kind, story.client.status.waiting], ['saved', 0]);
        assert.equal(story.client.value(NOTES), 'H');
    });

    test("C2 one's own op is not applied twice, though everybody is told of it", () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['Hello']);
        story.accept();
        assert.equal(story.client.value(NOTES), 'Hello');
        assert.deepEqual(story.hear('text'), [], 'the page shows it already');
        assert.deepEqual(story.client.cell(NOTES).by, ADA);
    });
});

describe('what is typed while a submit is under way waits, composed', () => {
    test('C5 one edit of a text, one set of a value, in one submit', () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['H']);
        story.client.edit(NOTES, [1, 'e']);
        story.client.set(TEMPERATURE, 2);
        story.client.edit(NOTES, [2, 'y']);
        story.client.set(TEMPERATURE, 21);
        assert.equal(story.client.status.waiting, 3);
        story.accept();
        assert.deepEqual(story.take('submit'), [{ type: 'submit', seq: 2, base: 1, ops: [edit(1, 'ey'), heat(21)] }]);
        assert.equal(story.client.value(NOTES), 'Hey');
    });

    test('what is typed and taken back before it is sent is not sent', () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['H']);
        story.client.edit(NOTES, [1, 'x']);
        story.client.edit(NOTES, [1, { d: 1 }]);
        story.client.set(TEMPERATURE, 5);
        story.client.set(TEMPERATURE, null);
        assert.equal(story.client.status.waiting, 1);
        story.accept();
        assert.deepEqual(story.take('submit'), []);
    });

    test('setting what is there already is nothing', () => {
        const story = new Story().join({ snapshot: formWith({ temperature: 4 }) });
        story.client.set(TEMPERATURE, 4);
        assert.deepEqual(story.take('submit'), []);
    });

    test('set on a text is the smallest edit towards it', () => {
        const story = new Story().join({ snapshot: formWith({ notes: 'Pump 3 leaks' }) });
        story.client.set(NOTES, 'Pump 4 leaks');
        assert.deepEqual(story.take('submit')[0].ops, [edit(5, { d: 1 }, '4')]);
    });

    test("an edit that does not fit what is shown is the page's mistake, and is thrown back", () => {
        const { client } = new Story().join();
        assert.throws(() => client.edit(NOTES, [5, 'x']), { name: 'TextError' });
        assert.throws(() => client.edit(NOTES, /** @type {any} */ ([0])), { name: 'TextError' });
        assert.equal(client.status.kind, 'saved');
    });
});

describe('rows', () => {
    test('a new row is there at once, with its defaults, and goes before its cells', () => {
        const story = new Story().join({ snapshot: formWith({ rows: ['row-aaaa'] }) });
        const row = story.client.addRow('readings', 'row-aaaa');
        const note = { table: 'readings', row, field: 'note' };
        assert.equal(story.client.value(note), 'ok');
        story.client.edit(note, [2, ' so far']);
        story.client.set({ table: 'readings', row, field: 'pressure' }, 3);
        assert.deepEqual(story.client.rows('readings'), ['row-aaaa', row]);
        story.take();
        story.commit(ME, {
            kind: 'add_row',
            table: 'readings',
            row,
            after: 'row-aaaa',
            values: { note: 'ok', unit: 'bar' },
        });
        story.ack(1);
        assert.deepEqual(story.take('submit')[0].ops, [
            { kind: 'edit', ...note, delta: [2, ' so far'] },
            { kind: 'set', table: 'readings', row, field: 'pressure', value: 3 },
        ]);
        assert.equal(story.client.value(note), 'ok so far');
    });

    test('offline, all of it goes in one submit, in an order that can be', () => {
        const story = new Story().join({ snapshot: formWith({ rows: ['row-aaaa'] }) });
        story.fall();
        const row = story.client.addRow('readings', null);
        story.client.set({ table: 'readings', row, field: 'pressure' }, 1);
        const next = story.client.addRow('readings', row);
        story.client.moveRow('readings', row, 'row-aaaa');
        story.client.moveRow('readings', row, null);
        story.client.set({ table: 'readings', row, field: 'pressure' }, 2);
        story.client.removeRow('readings', 'row-aaaa');
        assert.deepEqual(story.page.rows.get('readings'), [row, next]);
        story.client.opened();
        story.joined({ snapshot: null });
        assert.deepEqual(
            story.take('submit')[0].ops.map((/** @type {any} */ op) => [op.kind, op.row, op.value ?? op.after]),
            [
                ['add_row', row, null],
                ['set', row, 2],
                ['add_row', next, row],
                ['move_row', row, null],
                ['remove_row', 'row-aaaa', undefined],
            ],
        );
    });

    test('a removal taken back before it is sent leaves nothing', () => {
        const story = new Story().join({ snapshot: formWith({ rows: ['row-aaaa'] }) });
        story.fall();
        story.client.removeRow('readings', 'row-aaaa');
        story.client.restoreRow('readings', 'row-aaaa');
        assert.equal(story.client.status.waiting, 0);
        assert.deepEqual(story.client.rows('readings'), ['row-aaaa']);
    });

    test('a removed row comes back with its cells before the server has said a word', () => {
        const story = new Story().join({ snapshot: formWith({ rows: ['row-aaaa'] }) });
        story.client.removeRow('readings', 'row-aaaa');
        story.accept();
        assert.deepEqual(story.client.rows('readings'), []);
        story.client.restoreRow('readings', 'row-aaaa');
        assert.deepEqual(story.client.rows('readings'), ['row-aaaa']);
        assert.equal(story.client.value({ table: 'readings', row: 'row-aaaa', field: 'note' }), 'ok');
    });

    test('C7 what is put behind a row that another removes meanwhile stands where that was', () => {
        const story = new Story().join({ snapshot: formWith({ rows: ['row-aaaa', 'row-bbbb', 'row-cccc'] }) });
        story.fall();
        const row = story.client.addRow('readings', 'row-bbbb');
        story.client.opened();
        story.joined({ version: 1, snapshot: null });
        story.commit(OTHER, { kind: 'remove_row', table: 'readings', row: 'row-bbbb' }, { from: 1 });
        assert.deepEqual(story.page.rows.get('readings'), ['row-aaaa', row, 'row-cccc']);
        assert.deepEqual(story.client.refusals, []);
    });
});

describe('a big paste goes in several submits, in order', () => {
    test('C5 at most 100 ops in each', () => {
        const story = new Story().join({ snapshot: formWith({ rows: ['row-aaaa'] }) });
        story.fall();
        for (let count = 0; count < 120; count += 1) {
            const row = story.client.addRow('readings', 'row-aaaa');
            story.client.set({ table: 'readings', row, field: 'pressure' }, count);
        }
        story.client.opened();
        story.joined({ snapshot: null });
        const sizes = [];
        while (story.client.status.waiting > 0) {
            sizes.push(story.sent.findLast(({ type }) => type === 'submit').ops.length);
            story.accept();
        }
        assert.deepEqual(sizes, [100, 100, 40]);
        assert.equal(story.client.rows('readings').length, 121);
        assert.deepEqual(story.page.differences(), []);
    });

    test('T2 at most 64 KiB in each; a text longer than that is cut between characters', () => {
        const story = new Story().join({ snapshot: formWith({ notes: 'ab' }) });
        const long = '🧪\n"é'.repeat(20_000);
        story.client.edit(NOTES, [1, long, { d: 1 }]);
        let submits = 0;
        while (story.client.status.waiting > 0) {
            const submit = story.sent.findLast(({ type }) => type === 'submit');
            assert.ok(Buffer.byteLength(JSON.stringify(submit)) <= 65536);
            submits += 1;
            story.accept();
        }
        assert.equal(story.client.value(NOTES), `a${long}`);
        assert.ok(submits > 2);
    });

    test('what fits into no frame is refused here, and does not hold up the rest', () => {
        const story = new Story().join();
        story.fall();
        story.client.set(TEMPERATURE, 'x'.repeat(70_000));
        story.client.edit(NOTES, ['Hello']);
        story.client.opened();
        story.joined({ snapshot: null });
        assert.deepEqual(story.take('submit')[0].ops, [edit('Hello')]);
        assert.equal(story.client.refusalAt(TEMPERATURE)?.code, 'limit');
    });
});
