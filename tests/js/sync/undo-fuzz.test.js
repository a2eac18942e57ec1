// @ts-check
/**
 * Undo by chance: several pages over bad wires, one of which takes back everything that it did. What must be left is
 * read from the log, where every character says whose it is. A failing seed is printed.
 */

import assert from 'node:assert/strict';
import test from 'node:test';

import { keyOf, rowKeyOf } from '../../../static/js/document/operations.js';
import { sameValue } from '../../../static/js/document/values.js';
import { Alphabet, act } from './support/actor.js';
import { Ledger } from './support/ledger.js';
import { Chance } from './support/random.js';
import { Room } from './support/room.js';

const SEEDS = Number(process.env.SEEDS ?? 2000);
const FEWER = Math.ceil(SEEDS / 4);
const FIRST = Number(process.env.SEED ?? 1);

/** @typedef {import('./support/room.js').Seat} Seat */

/**
 * @param {string} name
 * @param {number} seeds
 * @param {(story: Story, random: Chance) => void} play
 */
function property(name, seeds, play) {
    test(`${name} (${seeds} stories)`, () => {
        for (let seed = FIRST; seed < FIRST + seeds; seed += 1) {
            const random = new Chance(seed);
            try {
                play(new Story(random), random);
            } catch (error) {
                throw new Error(`seed ${seed} (run again with SEED=${seed} SEEDS=1)`, { cause: error });
            }
        }
    });
}

property('undoing all of one’s own changes leaves exactly those of the others', SEEDS, (story, random) => {
    story.go(40, story.room.seats);
    for (let left = 30; left > 0 && (left > 10 || story.ada.client.canUndo); left -= 1) {
        story.go(random.below(3), story.others); // who go on meanwhile
        story.turn('undo');
    }
    story.rest();
    story.turnAll('undo');
    story.rest();
    story.judgeReplicas();
    judgeUndone(story);
});

property('redoing all that was undone leaves the form as it was', FEWER, (story) => {
    story.go(40, story.room.seats);
    story.rest();
    const before = story.content;
    story.turnAll('undo');
    story.rest();
    story.turnAll('redo');
    story.rest();
    assert.deepEqual(story.content, before);
    story.judgeReplicas();
});

property('I4 undo and redo at any time, over any wire, leave every page with what is stored', FEWER, (story, random) => {
    for (let step = 0; step < 25; step += 1) {
        story.go(2, story.room.seats, { reloads: true });
        const seat = random.choice(story.room.seats);
        story.turn(random.happens(0.6) ? 'undo' : 'redo', seat);
    }
    story.rest();
    story.judgeReplicas();
});

/** Ada, Ben and Cyd at a form. */
class Story {
    room = new Room(['ada', 'ben', 'cyd']);
    ledger = new Ledger(this.room.reference);
    #random;
    #alphabets;

    /** @param {Chance} random */
    constructor(random) {
        this.#random = random;
        this.#alphabets = new Map(this.room.seats.map((seat, index) => [seat, new Alphabet(index)]));
        this.ada = this.room.seats[0];
        this.others = this.room.seats.slice(1);
        this.room.seats.forEach((seat) => seat.open());
        this.room.flow();
    }

    /** The characters that only Ada typed. */
    get adas() {
        return new Set(this.#alphabets.get(this.ada)?.handedOut);
    }

    /** What stands in the form, whoever wrote it. */
    get content() {
        const { values, tables } = this.room.reference.document.toSnapshot();
        const plain = /** @param {Record<string, any>} cells */ (cells) =>
            Object.fromEntries(
                Object.entries(cells)
                    .map(([field, { value }]) => [field, value === '' ? null : value])
                    .filter(([, value]) => value !== null)
                    .sort(),
            );
        return {
            values: plain(values),
            tables: Object.entries(tables).map(([key, rows]) => [
                key,
                rows.map(({ row, values }) => [row, plain(values)]),
            ]),
        };
    }

    /**
     * @param {number} steps
     * @param {Seat[]} who acts; the wires move for all
     * @param {{reloads?: boolean}} [options]
     */
    go(steps, who, { reloads = false } = {}) {
        for (let step = 0; step < steps; step += 1) {
            const seat = this.#random.choice(this.room.seats);
            const what = this.#random.below(100);
            if (what < 45 && who.length > 0) {
                const actor = this.#random.choice(who);
                if (actor.page.isReady) {
                    act(actor.page, this.#random, /** @type {Alphabet} */ (this.#alphabets.get(actor)));
                    assert.deepEqual(actor.page.differences(), []);
                }
            } else {
                this.#move(seat, what, reloads);
            }
        }
    }

    /**
     * @param {'undo' | 'redo'} way
     * @param {Seat} [seat]
     */
    turn(way, { client, page } = this.ada) {
        const turned = page.isReady ? client[way]() : null;
        assert.deepEqual(page.differences(), [], `${way} is shown`);
        return turned;
    }

    /** @param {'undo' | 'redo'} way */
    turnAll(way) {
        while (this.turn(way) !== null) {
            this.go(this.#random.below(2), []);
        }
    }

    /** Everything arrives, and every refusal is let go. */
    rest() {
        for (let turns = 0; turns < 2; turns += 1) {
            for (const seat of this.room.seats.filter(({ isOpen }) => !isOpen)) {
                this.#open(seat);
            }
            this.room.flow();
            this.room.seats.forEach((seat) => seat.late.length > 0 && seat.serveLate());
            this.room.flow();
            for (const { client } of this.room.seats) {
                client.refusals.forEach(({ id }) => client.dismiss(id));
            }
        }
        this.room.flow();
    }

    judgeReplicas() {
        const { reference, seats } = this.room;
        for (const { client, page, name } of seats) {
            assert.deepEqual(client.snapshot, reference.document.toSnapshot(), `${name} has another form`);
            assert.equal(client.status.kind, 'saved');
            assert.deepEqual(page.differences(), []);
        }
    }

    /**
     * @param {Seat} seat
     * @param {number} what
     * @param {boolean} reloads
     */
    #move(seat, what, reloads) {
        if (what < 67) {
            seat.serve();
        } else if (what < 91) {
            seat.hear();
        } else if (what < 94 && seat.isOpen) {
            seat.cut({ late: this.#random.happens(0.5) });
        } else if (what < 95 && reloads) {
            seat.reload();
        } else if (what < 97) {
            seat.serveLate();
        } else if (!seat.isOpen || seat.wantsRejoin) {
            this.#open(seat);
        }
    }

    /** @param {Seat} seat */
    #open(seat) {
        if (seat.isOpen) {
            seat.cut();
        }
        seat.clientId = undefined;
        seat.open();
    }
}

/** @param {Story} story */
function judgeUndone({ room: { reference }, ledger, adas }) {
    const { document, definition } = reference;
    const isAdas = ledger.authorOf('client-ada');
    const facts = ledger.read(isAdas);
    for (const table of definition.tables.keys()) {
        for (const row of reference.order(table)) {
            const { mine, filled, removed, restored } = facts.row(rowKeyOf({ table, row }));
            if (!restored && !(mine && filled === 'perhaps')) {
                const expected = !removed && (!mine || filled === 'yes');
                assert.equal(document.hasRow(table, row), expected, `row ${row}`);
            }
        }
    }
    const cells = [...definition.tables].flatMap(([table, { columns }]) =>
        document
            .rows(table)
            .filter((row) => !facts.row(rowKeyOf({ table, row })).restored)
            .flatMap((row) => columns.map((field) => ({ address: { table, row, field: field.key }, field }))),
    );
    const fields = [...definition.fields].map(([key, field]) => ({ address: { field: key }, field }));
    for (const { address, field } of [...fields, ...cells]) {
        const value = document.cell(/** @type {any} */ (address))?.value ?? null;
        const key = keyOf(/** @type {any} */ (address));
        if (field.merges) {
            judgeText(key, value ?? '', facts.text(key), adas);
        } else {
            const expected = facts.lastSet(key) ?? { value: field.default ?? null, isDouble: false };
            const isRight = expected.isDouble || sameValue(value, expected.value);
            assert.ok(isRight, `${key} is ${value} in place of ${expected.value}`);
        }
    }
}

/**
 * @param {string} key
 * @param {string} text
 * @param {{kept: string[], perhaps: string[]}} facts
 * @param {Set<string>} adas
 */
function judgeText(key, text, { kept, perhaps }, adas) {
    const left = [...text];
    assert.deepEqual(
        left.filter((character) => adas.has(character)),
        [],
        `what Ada typed is left in ${key}`,
    );
    for (const character of kept) {
        const at = left.indexOf(character);
        assert.ok(at >= 0, `${character} of the others is missing in ${key}: ${text}`);
        left.splice(at, 1);
    }
    for (const character of left) {
        const at = perhaps.indexOf(character);
        assert.ok(at >= 0, `${character} is in ${key}, and nobody of the others wrote it`);
        perhaps.splice(at, 1);
    }
}
