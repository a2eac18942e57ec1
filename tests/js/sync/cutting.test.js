// @ts-check
/** T2, C5: what is cut off the front, and what is left, do together what the whole did. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { apply } from '../../../static/js/document/text.js';
import { cutDelta, takeFront } from '../../../static/js/sync/cutting.js';
import { positionBefore } from '../../../static/js/sync/local.js';
import { Pending } from '../../../static/js/sync/pending.js';
import { Random, seedOf } from '../random.js';

test('a delta cut anywhere does the same in two steps', (context) => {
    const random = new Random(seedOf(context));
    for (let turn = 0; turn < 3000; turn += 1) {
        const text = random.text(0, 30);
        const delta = random.delta(text);
        const room = random.integer(12, 60);
        const [front, rest] = cutDelta(delta, room);
        assert.equal(apply(apply(text, front), rest), apply(text, delta));
        assert.ok(Buffer.byteLength(JSON.stringify(front)) <= room + 3, `${JSON.stringify(front)} in ${room}`);
        assert.ok(front.length > 0 || delta.length === 0, 'it goes on');
    }
});

test('a place before an edit is where it will be again behind it, outside of what was inserted', (context) => {
    const random = new Random(seedOf(context));
    for (let turn = 0; turn < 3000; turn += 1) {
        const text = random.text(0, 20);
        const delta = random.delta(text);
        const after = [...apply(text, delta)];
        const place = random.integer(0, after.length);
        const before = positionBefore(place, delta);
        assert.ok(before >= 0 && before <= [...text].length);
        const [head] = cutDelta(delta, 100_000);
        assert.deepEqual(head, delta);
        if (delta.every((part) => typeof part === 'number')) {
            assert.equal(before, place);
        }
    }
    assert.deepEqual(
        [0, 1, 2, 3, 4, 5].map((place) => positionBefore(place, [1, 'xy', { d: 2 }])),
        [0, 1, 1, 1, 4, 5],
    );
});

test('the front keeps the order, and what is taken is not pending any more', () => {
    const pending = new Pending();
    for (let count = 0; count < 5; count += 1) {
        pending.add({ kind: 'set', field: `field_${count}`, value: 'x'.repeat(100) });
    }
    const limits = { frame_bytes: 256 + 500, ops_per_submit: 100 };
    assert.deepEqual(
        takeFront(pending, limits).map(({ op }) => 'field' in op && op.field),
        ['field_0', 'field_1', 'field_2'],
    );
    assert.equal(pending.size, 2);
    assert.equal(takeFront(pending, { ...limits, ops_per_submit: 1 }).length, 1);
    assert.equal(
        takeFront(pending, { ...limits, frame_bytes: 256 + 20 }).length,
        0,
        'one that fits nowhere is left to be refused',
    );
    assert.equal(pending.size, 1);
});
