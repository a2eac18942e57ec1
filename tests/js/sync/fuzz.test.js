// @ts-check
/** Many short stories by chance: pages over bad wires, against the reference order. A failing seed is printed. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { Alphabet, UNIQUE, act } from './support/actor.js';
import { Chance } from './support/random.js';
import { Room } from './support/room.js';

const SEEDS = Number(process.env.SEEDS ?? 300);
const FIRST = Number(process.env.SEED ?? 1);

test(`I4 C2 C3 C5: after ${SEEDS} stories every page shows what is stored, no character is lost or doubled`, () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
        try {
            play(seed);
        } catch (error) {
            throw new Error(`seed ${seed} (run again with SEED=${seed} SEEDS=1)`, { cause: error });
        }
    }
});

test(`C3 after ${SEEDS} stories in which the power fails, what was kept too early is not sent twice`, () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
        try {
            play(seed, { powerFails: true });
        } catch (error) {
            throw new Error(`seed ${seed} (run again with SEED=${seed} SEEDS=1)`, { cause: error });
        }
    }
});

/**
 * @param {number} seed
 * @param {{powerFails?: boolean}} [how]
 */
function play(seed, { powerFails = false } = {}) {
    const random = new Chance(seed);
    const room = new Room(['ada', 'ben', 'cyd']);
    const alphabets = new Map(room.seats.map((seat, index) => [seat, new Alphabet(index)]));
    const deleted = new Set();
    const kept = new Set();
    for (const seat of room.seats) {
        seat.open();
    }
    room.flow();
    if (random.happens(0.3)) {
        room.reference.mood = (op) =>
            op.kind === 'edit' && random.happens(0.05) ? random.choice(['stale', 'internal', 'locked']) : null;
    }
    /** @type {Map<import('./support/room.js').Seat, ReturnType<import('./support/room.js').Seat['keep']>>} */
    const stored = new Map();
    for (let step = 0; step < 60; step += 1) {
        const seat = random.choice(room.seats);
        happen(seat, random, alphabets, deleted, kept);
        if (powerFails && random.happens(0.2)) {
            stored.set(seat, seat.keep());
        } else if (powerFails && random.happens(0.05)) {
            fail(seat, stored, deleted);
        }
    }
    room.reference.mood = () => null;
    comeToRest(room, kept);
    judge(
        room,
        deleted,
        kept,
        [...alphabets.values()].flatMap((alphabet) => alphabet.handedOut),
    );
}

/**
 * @param {import('./support/room.js').Seat} seat
 * @param {Chance} random
 * @param {Map<import('./support/room.js').Seat, Alphabet>} alphabets
 * @param {Set<string>} deleted
 * @param {Set<string>} kept
 */
function happen(seat, random, alphabets, deleted, kept) {
    const what = random.below(100);
    if (what < 40 && seat.page.isReady) {
        const refused = seat.client.refusals;
        const deed = act(seat.page, random, /** @type {Alphabet} */ (alphabets.get(seat)));
        for (const character of String(deed.removed ?? '')) {
            deleted.add(character);
        }
        if (deed.did === 'dismiss' || deed.did === 'retry') {
            refused.forEach((refusal) => note(refusal, kept));
        }
        assert.deepEqual(seat.page.differences(), []);
    } else if (what < 60) {
        seat.serve();
    } else if (what < 84) {
        seat.hear();
    } else if (what < 86) {
        const again = seat.in.find((frame) => frame.type === 'committed' || frame.type === 'acked');
        if (again !== undefined) {
            seat.in.splice(seat.in.indexOf(again) + 1, 0, structuredClone(again)); // told twice
        }
    } else if (what < 90 && seat.isOpen) {
        seat.cut({ late: random.happens(0.5) });
        seat.clientId = undefined;
    } else if (what < 92) {
        seat.reload();
        seat.clientId = undefined;
    } else if (what < 96) {
        seat.serveLate();
    } else if (!seat.isOpen || seat.wantsRejoin) {
        if (seat.isOpen) {
            seat.cut();
        }
        seat.clientId = undefined;
        seat.open();
    }
}

/**
 * The page comes back with what was stored some time ago. What was typed since then and did not leave is lost with it.
 *
 * @param {import('./support/room.js').Seat} seat
 * @param {Map<import('./support/room.js').Seat, ReturnType<import('./support/room.js').Seat['keep']>>} stored
 * @param {Set<string>} deleted
 */
function fail(seat, stored, deleted) {
    const kept = stored.get(seat);
    if (kept === undefined || kept.clientId !== seat.client.clientId) {
        return; // one that takes another name keeps nothing under the old one
    }
    const there = JSON.stringify(kept);
    for (const [character] of JSON.stringify(seat.keep()).matchAll(UNIQUE)) {
        if (!there.includes(character)) {
            deleted.add(character);
        }
    }
    seat.crash(kept);
    seat.clientId = undefined;
}

/**
 * @param {Room} room
 * @param {Set<string>} kept
 */
function comeToRest(room, kept) {
    for (const seat of room.seats) {
        if (!seat.isOpen) {
            seat.clientId = undefined;
            seat.open();
        }
    }
    room.flow();
    for (const seat of room.seats.filter(({ late }) => late.length > 0)) {
        seat.serveLate();
    }
    room.flow();
    for (const seat of room.seats) {
        seat.client.refusals.forEach((refusal) => note(refusal, kept));
        seat.client.refusals.forEach(({ id }) => seat.client.dismiss(id));
    }
    room.flow();
}

/**
 * @param {import('../../../static/js/sync/types.js').Refusal} refusal
 * @param {Set<string>} kept
 */
function note({ mine, op }, kept) {
    for (const [character] of JSON.stringify([mine, op]).matchAll(UNIQUE)) {
        kept.add(character);
    }
}

/**
 * @param {Room} room
 * @param {Set<string>} deleted
 * @param {Set<string>} kept
 * @param {string[]} typed
 */
function judge({ reference, seats }, deleted, kept, typed) {
    const stored = reference.document.toSnapshot();
    for (const { client, page, name } of seats) {
        assert.deepEqual(client.snapshot, stored, `${name} has another form`);
        assert.equal(client.version, reference.version);
        assert.deepEqual(client.status, { kind: 'saved', waiting: 0, refused: 0, code: null, reason: null });
        assert.deepEqual(page.differences(), []);
        assert.deepEqual(
            client.rows('readings'),
            stored.tables.readings.map(({ row }) => row),
        );
    }
    const counts = new Map();
    for (const { op } of reference.log) {
        for (const [character] of (op.kind === 'edit' ? JSON.stringify(op.delta) : '').matchAll(UNIQUE)) {
            counts.set(character, (counts.get(character) ?? 0) + 1);
        }
    }
    for (const character of typed) {
        const count = counts.get(character) ?? 0;
        assert.ok(count <= 1 || kept.has(character), `${character} was committed ${count} times`);
        assert.ok(count >= 1 || kept.has(character) || deleted.has(character), `${character} is lost`);
    }
}
