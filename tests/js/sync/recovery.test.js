// @ts-check
/** The connection falls, the page is loaded again, frames come twice or never: nothing is lost, nothing is doubled. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ADA, ME, NOTES, OTHER, Story, TEMPERATURE, edit, formWith, heat } from './support/story.js';

describe('offline and back', () => {
    test('what is done meanwhile is kept, and shown, and counted', () => {
        const story = new Story().join();
        story.fall();
        story.client.edit(NOTES, ['Written ', 'in the tunnel']);
        story.client.set(TEMPERATURE, 3);
        assert.deepEqual([story.client.status.kind, story.client.status.waiting], ['reconnecting', 2]);
        story.fall();
        assert.equal(story.client.status.kind, 'offline', 'it was tried again, and failed');
        story.client.dialing();
        assert.equal(story.client.status.kind, 'reconnecting');
        assert.deepEqual(story.take('submit'), []);
        story.client.opened();
        assert.deepEqual(story.take('join').at(-1), { type: 'join', client_id: 'client-ada', since: 0, want: 'tail' });
        story.joined({ snapshot: null });
        assert.deepEqual(story.take('submit')[0].ops, [edit('Written in the tunnel'), heat(3)]);
        assert.equal(story.client.status.kind, 'saving');
    });

    test('offline at once where there is no network', () => {
        const story = new Story().join();
        story.client.closed({ code: 1006, offline: true });
        assert.equal(story.client.status.kind, 'offline');
    });

    test('C2 nothing is sent before everything that was missed is in', () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['mine']);
        story.take();
        story.fall();
        story.client.edit(NOTES, [4, '!']);
        story.client.opened();
        story.joined({ version: 2, snapshot: null });
        story.commit(OTHER, edit('a'), { from: 1 });
        assert.deepEqual(story.take('submit'), []);
        story.commit(OTHER, edit('b'), { from: 2 });
        assert.deepEqual(story.take('submit'), [{ type: 'submit', seq: 1, base: 0, ops: [edit('mine')] }]);
    });

    test('C3 the very same submit is sent again, though the text has moved on', () => {
        const story = new Story().join({ snapshot: formWith({ notes: 'ab' }) });
        story.client.edit(NOTES, [1, 'X']);
        const [first] = story.take('submit');
        story.page.type(NOTES, 'aXb');
        story.commit(OTHER, edit('>> '));
        story.fall();
        story.client.opened();
        story.joined({ version: 1, snapshot: null });
        assert.deepEqual(story.take('submit'), [first]);
        assert.equal(story.notes, '>> aXb');
    });

    test('C3 it was committed, and the ack was lost: the first outcome comes again, it is there once', () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['once']);
        story.fall();
        story.client.opened();
        story.joined({ version: 1, snapshot: null, last_seq: 1 });
        story.commit(ME, edit('once'), { from: 1, seq: 1 });
        assert.equal(story.client.value(NOTES), 'once');
        assert.equal(story.client.status.kind, 'saving');
        story.ack(1);
        assert.equal(story.client.status.kind, 'saved');
        assert.equal(story.client.value(NOTES), 'once');
    });

    test('C3 it was rejected, and the ack was lost: the first outcome comes again, and is told', () => {
        const story = new Story().join();
        story.client.set(TEMPERATURE, 5);
        story.fall();
        story.client.opened();
        story.joined({ snapshot: null, last_seq: 1 });
        story.ack(1, [{ index: 0, code: 'locked', message: 'Closed.', current: null }]);
        assert.equal(story.client.refusalAt(TEMPERATURE)?.code, 'locked');
    });

    test('an answer that comes twice is heard once', () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['a']);
        story.commit(ME, edit('a'));
        story.ack(1);
        story.client.edit(NOTES, [1, 'b']);
        story.ack(1);
        assert.equal(story.client.status.kind, 'saving');
    });
});

describe('C2 D1 frames that were seen, and frames that were missed', () => {
    test('what is in already is cut from the frame', () => {
        const story = new Story().join();
        const ops = [
            { by: OTHER, seq: 1, op: edit('a') },
            { by: OTHER, seq: 2, op: edit(1, 'b') },
            { by: OTHER, seq: 3, op: edit(2, 'c') },
        ];
        story.client.received({ type: 'committed', from: 1, to: 2, at: null, clients: {}, ops: ops.slice(0, 2) });
        story.client.received({ type: 'committed', from: 1, to: 2, at: null, clients: {}, ops: ops.slice(0, 2) });
        story.client.received({ type: 'committed', from: 2, to: 3, at: null, clients: {}, ops: ops.slice(1) });
        assert.equal(story.notes, 'abc');
        assert.equal(story.client.version, 3);
        assert.deepEqual(story.hear('rejoin'), []);
    });

    test('a gap: it joins again from where it is, and guesses nothing', () => {
        const story = new Story().join();
        story.commit(OTHER, edit('c'), { from: 3 });
        assert.equal(story.hear('rejoin').length, 1);
        assert.equal(story.notes, '');
        story.commit(OTHER, edit('d'), { from: 4 });
        assert.deepEqual(story.hear('rejoin'), [], 'once is enough');
        story.client.opened();
        assert.deepEqual(story.take('join').at(-1), { type: 'join', client_id: 'client-ada', since: 0, want: 'tail' });
    });

    test('an answer to ops that were never told: the same', () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['a']);
        story.client.received({ type: 'acked', seq: 1, version: 1, rejected: [] });
        assert.equal(story.hear('rejoin').length, 1);
        assert.equal(story.client.status.waiting, 1);
    });

    test('a newer revision than the next: the same; the next one is taken in', () => {
        const story = new Story().join();
        story.client.received({ type: 'form_changed', revision: 1, status: 'closed', title: 'Closed today' });
        assert.deepEqual([story.client.form?.status, story.client.form?.title], ['closed', 'Closed today']);
        assert.equal(story.hear('form').length > 0, true);
        story.client.received({ type: 'form_changed', revision: 1, status: 'open' });
        assert.equal(story.client.form?.status, 'closed', 'known already');
        story.client.received({ type: 'form_changed', revision: 3, status: 'open' });
        assert.equal(story.hear('rejoin').length, 1);
    });

    test('an op that does not fit: this replica is not trusted any more, and read anew', () => {
        const story = new Story().join();
        story.client.set(TEMPERATURE, 4);
        story.commit(OTHER, edit(5, 'x'));
        assert.equal(story.hear('rejoin').length, 1);
        story.client.opened();
        assert.deepEqual(story.take('join').at(-1), { type: 'join', client_id: 'client-ada', since: 0, want: 'both' });
        const snapshot = {
            values: { summary: { value: 'healed', version: 1, by: OTHER, at: null } },
            tables: { readings: [] },
        };
        story.joined({ version: 1, snapshot });
        story.commit(OTHER, edit(5, 'x'), { from: 1 });
        assert.equal(story.notes, 'healed');
        assert.equal(story.client.value(TEMPERATURE), 4, 'what was typed stays');
        assert.equal(story.client.version, 1);
    });
});

describe("C3 the client's own numbers", () => {
    test('they go on above what a page before this one used', () => {
        const story = new Story().join({ last_seq: 17 });
        story.client.edit(NOTES, ['a']);
        assert.equal(story.take('submit')[0].seq, 18);
    });

    test('seq_reused: another client id, and the same changes again', () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['mine']);
        story.client.edit(NOTES, [4, '!']);
        story.take();
        story.ack(1, [{ index: 0, code: 'seq_reused', message: '', current: null }]);
        assert.deepEqual(
            story
                .hear()
                .map(({ type }) => type)
                .filter((type) => ['client', 'rejoin'].includes(type)),
            ['client', 'rejoin'],
        );
        assert.equal(story.client.clientId, 'client-new-1');
        story.fall();
        story.client.opened();
        assert.equal(story.take('join')[0].client_id, 'client-new-1');
        story.joined({ snapshot: null });
        assert.deepEqual(story.take('submit'), [{ type: 'submit', seq: 1, base: 0, ops: [edit('mine!')] }]);
        assert.deepEqual(story.client.refusals, []);
    });

    test("a twin with this tab's id is not taken for this tab, and left for another id", () => {
        const story = new Story().join();
        story.commit(ME, edit('twin'), { seq: 4 });
        assert.equal(story.notes, 'twin');
        story.take();
        story.client.edit(NOTES, [4, '!']);
        assert.equal(story.client.clientId, 'client-new-1');
        assert.deepEqual(story.take('submit'), [], 'not under a name that is not its own');
        assert.equal(story.hear('rejoin').length, 1);
    });

    test("a twin's op in place of mine does not take mine off the screen", () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['mine']);
        story.page.type(NOTES, 'mine');
        story.commit(ME, edit('twin'), { seq: 1 });
        assert.equal(story.notes, 'twinmine');
        story.ack(1, [{ index: 0, code: 'seq_reused', message: '', current: null }]);
        assert.equal(story.client.value(NOTES), 'twinmine');
    });

    test('stale: redone on the current base, then asked once more for the numbers, then the person is asked', () => {
        const story = new Story().join({ snapshot: formWith({ notes: 'ab' }) });
        const stale = [{ index: 0, code: 'stale', message: 'Too old.', current: null }];
        story.client.edit(NOTES, [1, 'X']);
        story.page.type(NOTES, 'aXb');
        story.commit(OTHER, edit('> '));
        story.take();
        story.ack(1, stale);
        assert.deepEqual(story.take('submit'), [{ type: 'submit', seq: 2, base: 1, ops: [edit(3, 'X')] }]);
        story.ack(2, stale);
        assert.equal(story.hear('rejoin').length, 1);
        story.client.opened();
        story.joined({ version: 1, snapshot: null, last_seq: 40 });
        assert.equal(story.take('submit')[0].seq, 41);
        story.ack(41, stale);
        story.ack(42, stale);
        const [refusal] = story.client.refusals;
        assert.deepEqual([refusal.code, refusal.mine], ['stale', '> aXb']);
        assert.equal(story.notes, '> ab');
    });
});

describe('C9 the server has no ops for where this page is: a snapshot, and never a guess', () => {
    /** @param {any} snapshot what the server answers with, at version 90 */
    function backTo(snapshot, lastSeq = 0) {
        const story = new Story().join({
            version: 5,
            snapshot: formWith({ notes: 'ab', temperature: 1, rows: ['row-aaaa'] }),
        });
        story.fall();
        story.client.edit(NOTES, [1, 'mine']);
        story.client.set(TEMPERATURE, 21);
        story.client.set({ table: 'readings', row: 'row-aaaa', field: 'pressure' }, 3);
        story.client.opened();
        story.take();
        story.joined({ version: 90, snapshot, last_seq: lastSeq });
        return story;
    }

    test('what did not change takes what was typed', () => {
        const story = backTo(formWith({ notes: 'ab', temperature: 1, rows: ['row-aaaa'] }));
        assert.equal(story.notes, 'amineb');
        assert.deepEqual(story.client.refusals, []);
        assert.equal(story.take('submit')[0].base, 90);
    });

    test('what did is a refusal with both: a text, a value, a row that is gone', () => {
        const cell = /** @param {any} value */ (value) => ({ value, version: 80, by: OTHER, at: null });
        const story = backTo({
            values: { summary: cell('other text'), temperature: cell(20) },
            tables: { readings: [] },
        });
        const refusals = Object.fromEntries(story.client.refusals.map((refusal) => [refusal.address?.field, refusal]));
        assert.deepEqual(
            [refusals.summary.code, refusals.summary.mine, /** @type {any} */ (refusals.summary.current).value],
            ['stale', 'amineb', 'other text'],
        );
        assert.deepEqual([refusals.temperature.code, refusals.temperature.mine], ['conflict', 21]);
        assert.equal(refusals.pressure.code, 'gone');
        assert.equal(story.notes, 'other text');
        assert.deepEqual(story.take('submit'), []);
        story.client.keepMine(NOTES);
        assert.equal(story.notes, 'amineb', 'the person may still insist');
    });

    test('a submit under way that was judged is in it: it is not shown twice, and its outcome is asked for', () => {
        const story = new Story().join({ snapshot: formWith({ notes: 'ab' }) });
        story.client.edit(NOTES, [1, 'mine']);
        const [first] = story.take('submit');
        story.client.edit(NOTES, [5, '!']);
        story.fall();
        story.client.opened();
        const snapshot = {
            values: { summary: { value: 'amineb', version: 90, by: ME, at: null } },
            tables: { readings: [] },
        };
        story.joined({ version: 90, snapshot, last_seq: 1 });
        assert.equal(story.notes, 'amine!b');
        assert.deepEqual(story.take('submit'), [first]);
        story.ack(1);
        assert.deepEqual(story.take('submit')[0].ops, [edit(5, '!')]);
    });

    test('what was accepted of it and changed by another since is not put over that', () => {
        const story = new Story().join();
        story.client.set(TEMPERATURE, 21);
        story.fall();
        story.client.opened();
        const temperature = { value: 20, version: 90, by: OTHER, at: null };
        story.joined({ version: 90, snapshot: { values: { temperature }, tables: { readings: [] } }, last_seq: 1 });
        assert.equal(story.page.shown.get('temperature'), 20);
        story.ack(1);
        assert.equal(story.client.value(TEMPERATURE), 20);
        assert.deepEqual(story.client.refusals, []);
    });

    test('one that was not judged may still be committed: it is never sent under another number', () => {
        const story = new Story().join({ snapshot: formWith({ notes: 'ab' }) });
        story.client.edit(NOTES, [1, 'mine']);
        const [first] = story.take('submit');
        story.fall();
        story.client.opened();
        const snapshot = {
            values: { summary: { value: 'else', version: 90, by: OTHER, at: null } },
            tables: { readings: [] },
        };
        story.joined({ version: 90, snapshot });
        assert.equal(story.notes, 'else');
        assert.deepEqual(story.take('submit'), [first]);
        story.ack(1, [{ index: 0, code: 'stale', message: 'Too old.', current: null }]);
        assert.deepEqual(story.take('submit'), []);
        assert.deepEqual(
            story.client.refusals.map(({ code, mine }) => [code, mine]),
            [['stale', 'mine']],
        );
    });
});

describe('the page is loaded again', () => {
    /**
     * @param {Story} story
     * @returns {Story}
     */
    function reload(story) {
        const kept = JSON.parse(JSON.stringify(story.client.undelivered()));
        const next = new Story({ clientId: 'client-of-nobody' });
        next.client.restore(kept);
        return next;
    }

    test('C3 in the middle of typing: the same submit under the same name, and what waited behind it', () => {
        const before = new Story().join({ snapshot: formWith({ notes: 'ab' }) });
        before.client.edit(NOTES, [1, 'X']);
        const [first] = before.take('submit');
        before.client.edit(NOTES, [2, 'Y']);
        const story = reload(before);
        assert.equal(story.client.status.waiting, 2);
        story.client.opened();
        assert.deepEqual(story.take('join'), [{ type: 'join', client_id: 'client-ada', since: 0, want: 'both' }]);
        const snapshot = {
            values: { summary: { value: '> ab', version: 1, by: OTHER, at: null } },
            tables: { readings: [] },
        };
        story.joined({ version: 1, snapshot });
        assert.deepEqual(story.hear('ready'), [], 'not before the ops are in that it missed');
        story.commit(OTHER, edit('> '), { from: 1 });
        assert.equal(story.notes, '> aXYb');
        assert.deepEqual(story.take('submit'), [first]);
        story.commit(ME, edit(3, 'X'), { seq: 1 });
        story.ack(1);
        assert.deepEqual(story.take('submit'), [{ type: 'submit', seq: 2, base: 2, ops: [edit(4, 'Y')] }]);
    });

    test('C3 and the submit was committed meanwhile: the tail says so', () => {
        const before = new Story().join();
        before.client.edit(NOTES, ['once']);
        const story = reload(before);
        story.client.opened();
        const snapshot = {
            values: { summary: { value: 'once', version: 1, by: ME, at: null } },
            tables: { readings: [] },
        };
        story.joined({ version: 1, snapshot, last_seq: 1 });
        story.commit(ME, edit('once'), { from: 1, seq: 1 });
        assert.equal(story.notes, 'once');
        story.ack(1);
        assert.equal(story.client.status.kind, 'saved');
    });

    test('C6 C7 what others did meanwhile is judged when it is back', () => {
        const before = new Story().join({ snapshot: formWith({ temperature: 1, rows: ['row-aaaa'] }) });
        before.fall();
        before.client.set(TEMPERATURE, 21);
        before.client.edit({ table: 'readings', row: 'row-aaaa', field: 'note' }, [2, '!']);
        const story = reload(before);
        story.client.opened();
        const snapshot = {
            values: { temperature: { value: 20, version: 1, by: OTHER, at: null } },
            tables: { readings: [] },
        };
        story.joined({ version: 2, snapshot });
        story.commit(OTHER, heat(20), { from: 1 });
        story.commit(OTHER, { kind: 'remove_row', table: 'readings', row: 'row-aaaa' }, { from: 2 });
        assert.deepEqual(story.client.refusals.map(({ code, mine }) => [code, mine]).sort(), [
            ['conflict', 21],
            ['gone', 'ok!'],
        ]);
        story.client.keepMine({ table: 'readings', row: 'row-aaaa', field: 'note' });
        assert.deepEqual(story.page.rows.get('readings'), ['row-aaaa']);
        assert.equal(story.client.value({ table: 'readings', row: 'row-aaaa', field: 'note' }), 'ok!');
    });

    test('I6 a refusal outlives it', () => {
        const before = new Story().join();
        before.client.set(TEMPERATURE, 5);
        before.ack(1, [{ index: 0, code: 'locked', message: 'Closed.', current: null }]);
        const story = reload(before).join();
        assert.deepEqual(
            [story.client.refusalAt(TEMPERATURE)?.code, story.page.shown.get('temperature')],
            ['locked', 5],
        );
    });

    test('it is loaded while the connection falls again before everything is in', () => {
        const before = new Story().join({ snapshot: formWith({ notes: 'ab' }) });
        before.fall();
        before.client.edit(NOTES, [1, 'X']);
        const story = reload(before);
        story.client.opened();
        story.joined({ version: 2, snapshot: formWith({ notes: '12ab' }) });
        story.commit(OTHER, edit('1'), { from: 1 });
        story.fall();
        story.client.opened();
        assert.deepEqual(story.take('join').at(-1), { type: 'join', client_id: 'client-ada', since: 1, want: 'both' });
        story.joined({ version: 2, snapshot: formWith({ notes: '12ab' }) });
        story.commit(OTHER, edit(1, '2'), { from: 2 });
        assert.equal(story.notes, '12aXb');
        assert.deepEqual(story.take('submit')[0].ops, [edit(3, 'X')]);
    });

    test('what is kept while the page hears of a change stands on that change', () => {
        const before = new Story().join({ snapshot: formWith({ notes: 'ab' }) });
        before.client.edit(NOTES, [1, 'X']);
        /** @type {any[]} */
        const kept = [];
        const { hear } = before.page;
        before.page.hear = (event) => {
            hear(event);
            kept.push(JSON.parse(JSON.stringify(before.client.undelivered())));
        };
        before.page.type(NOTES, 'aXb');
        before.commit(OTHER, edit('> '));
        assert.deepEqual(kept.map(({ base, inflight }) => [base, inflight.open[0].op]), [[1, edit(3, 'X')]]);
    });

    describe('C3 what was kept is older than what was sent', () => {
        /**
         * @param {(before: Story) => void} typed before it was kept
         * @param {any[]} sent the ops of the submit that left after that, and was committed
         */
        function back(typed, sent) {
            const before = new Story().join({ snapshot: formWith({ notes: 'ab', temperature: 1 }) });
            before.fall();
            typed(before);
            const story = reload(before);
            story.client.opened();
            const values = { summary: { value: 'not told', version: 1, by: ME, at: null } };
            story.joined({ version: sent.length, snapshot: { values, tables: { readings: [] } }, last_seq: 1 });
            sent.forEach((op, index) => story.commit(ME, op, { from: index + 1, seq: 1 }));
            return story;
        }

        test('the text that was typed on since is not typed again', () => {
            const story = back(({ client }) => client.edit(NOTES, [1, 'Hel']), [edit(1, 'Hello')]);
            assert.deepEqual([story.client.unanswered, story.client.refusals], [[], []]);
            assert.deepEqual(story.take('submit'), []);
        });

        test('nor is a value put over the one that was set since, nor a row added again', () => {
            const row = { table: 'readings', row: 'row-new-1' };
            const story = back(
                ({ client }) => {
                    client.set(TEMPERATURE, 3);
                    client.addRow('readings', null);
                },
                [heat(4), { kind: 'add_row', ...row, after: null, values: {} }],
            );
            assert.deepEqual([story.client.unanswered, story.client.refusals], [[], []]);
        });

        test('what may be missing in it is for the person to say', () => {
            const story = back(({ client }) => client.edit(NOTES, [1, 'Hello']), [edit(1, 'Hi')]);
            assert.deepEqual(story.take('submit'), []);
            assert.deepEqual(
                story.client.refusals.map(({ code, mine }) => [code, mine]),
                [['stale', 'aHiHellob']],
            );
        });

        test('and it is still known to be older when the page is left before everything is in', () => {
            const before = new Story().join({ snapshot: formWith({ notes: 'ab' }) });
            before.fall();
            before.client.edit(NOTES, [1, 'Hel']);
            let story = before;
            for (const isTold of [false, true]) {
                story = reload(story);
                story.client.opened();
                const values = { summary: { value: 'not told', version: 1, by: ME, at: null } };
                story.joined({ version: 1, snapshot: { values, tables: { readings: [] } }, last_seq: 1 });
                assert.equal(story.client.leave(60000), null, 'nothing goes under way yet');
                if (isTold) {
                    story.commit(ME, edit(1, 'Hello'), { from: 1, seq: 1 });
                }
            }
            assert.deepEqual([story.client.unanswered, story.client.refusals], [[], []]);
        });

        test('what it did not touch goes on', () => {
            const story = back(({ client }) => client.set(TEMPERATURE, 3), [edit('x')]);
            assert.deepEqual(story.take('submit'), [{ type: 'submit', seq: 2, base: 1, ops: [heat(3)] }]);
        });
    });

    test('nothing to keep is kept as nothing', () => {
        const { inflight, pending, refusals, ground } = new Story().join().client.undelivered();
        assert.deepEqual([inflight, pending, refusals, ground], [null, [], [], { values: {}, tables: {}, hidden: {} }]);
    });
});

describe('the page goes away', () => {
    test('C3 what is under way is sent once more, the very same', () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['a']);
        story.client.edit(NOTES, [1, 'b']);
        const { type: _, ...submit } = story.take('submit')[0];
        assert.deepEqual(story.client.leave(60000), { client_id: 'client-ada', ...submit });
    });

    test('C3 what waits goes under way, and stays the same submit when the page is back', () => {
        const story = new Story().join();
        story.fall();
        story.client.edit(NOTES, ['in the tunnel']);
        const last = story.client.leave(60000);
        assert.deepEqual(last, { client_id: 'client-ada', seq: 1, base: 0, ops: [edit('in the tunnel')] });
        assert.deepEqual(story.client.undelivered().inflight?.frame, { type: 'submit', seq: 1, base: 0, ops: last.ops });
        story.client.opened();
        story.joined({ snapshot: null });
        assert.deepEqual(story.take('submit'), [{ type: 'submit', seq: 1, base: 0, ops: last.ops }]);
    });

    test('as much of it as may be sent; nothing where there is nothing, or nothing may be', () => {
        const story = new Story().join();
        assert.equal(story.client.leave(60000), null);
        story.fall();
        story.client.edit(NOTES, ['x'.repeat(1000)]);
        assert.equal(JSON.stringify(story.client.leave(500)).length < 500, true);
        assert.equal(story.client.value(NOTES).length, 1000);
        story.client.closed({ code: 4409, final: true });
        assert.equal(story.client.leave(60000), null);
        assert.equal(new Story().client.leave(60000), null);
    });
});

describe('what is to be kept is told of', () => {
    test('by what is done here and by answers, not by what others do', () => {
        const story = new Story().join();
        story.hear();
        story.commit(OTHER, edit('theirs'));
        assert.equal(story.hear('undelivered').length, 0);
        story.client.edit(NOTES, [6, ', mine']);
        assert.equal(story.hear('undelivered').length, 1);
        story.accept();
        assert.equal(story.hear('undelivered').length, 1);
        story.fall();
        story.client.edit(NOTES, ['again ']);
        story.client.edit(NOTES, [6, 'and again ']);
        assert.equal(story.hear('undelivered').length, 2, 'although as many changes wait as before');
    });
});

describe('T4 closed for good', () => {
    test('the reason is told, and what was typed stays', () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['unsent']);
        story.client.closed({
            code: 4409,
            reason: 'Signed in on another device.',
            final: true,
            device: 'Firefox',
            at: null,
        });
        assert.deepEqual(story.client.status, {
            kind: 'closed',
            waiting: 1,
            refused: 0,
            code: 4409,
            reason: 'Signed in on another device.',
        });
        assert.deepEqual(story.hear('closed'), [
            { type: 'closed', code: 4409, reason: 'Signed in on another device.', device: 'Firefox', at: null },
        ]);
        story.take();
        story.client.edit(NOTES, [6, '!']);
        assert.deepEqual(story.take(), []);
        assert.equal(story.client.undelivered().pending.length, 1);
        assert.equal(story.client.value(NOTES), 'unsent!');
    });

    test('C3 signed in again, the page goes on where it was: what was sent is sent again, what was typed since follows', () => {
        const story = new Story().join();
        story.client.edit(NOTES, ['sent']);
        const [first] = story.take('submit');
        story.client.closed({ code: 4409, reason: 'Signed in on another device.', final: true });
        story.client.edit(NOTES, [4, ', then more']);
        story.client.set(TEMPERATURE, 3);
        assert.deepEqual(story.client.unanswered, [edit('sent'), edit(4, ', then more'), heat(3)]);
        story.client.dialing();
        story.client.opened();
        assert.deepEqual(story.take('join').at(-1), { type: 'join', client_id: 'client-ada', since: 0, want: 'tail' });
        assert.deepEqual(story.take('submit'), []);
        story.joined({ snapshot: null });
        assert.deepEqual(story.take('submit'), [first]);
        story.commit(ME, edit('sent'));
        story.ack(1);
        story.accept();
        assert.deepEqual(story.take('submit'), []);
        assert.deepEqual([story.client.status.kind, story.client.unanswered], ['saved', []]);
        assert.equal(story.client.value(NOTES), 'sent, then more');
    });
});

test('the page may act on what it hears: it is sent afterwards, on top of all of it', () => {
    const story = new Story().join();
    const { hear } = story.page;
    story.page.hear = (event) => {
        hear(event);
        if (event.type === 'text') {
            story.client.set(TEMPERATURE, 1);
        }
    };
    const ops = [
        { by: OTHER, seq: 1, op: edit('a') },
        { by: OTHER, seq: 2, op: edit('b') },
    ];
    story.client.received({
        type: 'committed',
        from: 1,
        to: 2,
        at: null,
        clients: { 3: { client_id: 'x', user: ADA } },
        ops,
    });
    assert.deepEqual(
        story.take('submit').map(({ base }) => base),
        [2],
    );
});
