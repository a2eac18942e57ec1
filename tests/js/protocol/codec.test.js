// @ts-check

/** Frames, one by one: the ones Python writes and reads, too. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { ProtocolError, decodeServer, encode } from '../../../static/js/protocol/codec.js';
import { CloseCode, Rejection, isFinal } from '../../../static/js/protocol/codes.js';
import { Random, seedOf } from '../random.js';

const VECTORS = JSON.parse(readFileSync(new URL('../../vectors/protocol.json', import.meta.url), 'utf8'));
const ROUNDS = 3_000;

/**
 * @param {string} name
 * @param {(frame: string) => void} run
 */
function vectors(name, run) {
    describe(name, () => {
        for (const { name: title, frame } of VECTORS[name]) {
            it(title, () => run(frame));
        }
    });
}

describe('shared with Python', () => {
    vectors('client', (frame) => assert.equal(encode(JSON.parse(frame)), frame));
    vectors('server', (frame) => assert.deepEqual(decodeServer(frame), JSON.parse(frame)));
    vectors('server_malformed', (frame) => assert.throws(() => decodeServer(frame), ProtocolError));
});

describe('stories', () => {
    it('a type that this page does not know is no error', () => {
        assert.equal(decodeServer('{"type":"applause"}'), null);
        assert.equal(decodeServer('{"type":"constructor"}'), null);
    });

    it('unknown keys are kept out of nobody\'s way', () => {
        assert.deepEqual(decodeServer('{"type":"pong","new":1}'), { type: 'pong', new: 1 });
    });

    it('of the sign-in watch', () => {
        for (const frame of ['{"type":"idle"}', '{"type":"idle","seconds":"soon"}', '{"type":"watching","user":null}']) {
            assert.throws(() => decodeServer(frame), ProtocolError, frame);
        }
        assert.deepEqual(decodeServer('{"type":"idle","seconds":null}'), { type: 'idle', seconds: null });
    });

    it('after some codes coming again is of no use', () => {
        const final = Object.values(CloseCode).filter(isFinal);
        assert.deepEqual(final, [4400, 4401, 4403, 4404, 4409]);
        assert.equal(isFinal(1006), false);
    });

    it('rejections are those of the protocol', () => {
        assert.deepEqual(
            Object.values(Rejection),
            ['invalid', 'conflict', 'gone', 'locked', 'forbidden', 'stale', 'seq_reused', 'internal'],
        );
    });
});

describe('T5: for all frames', () => {
    it('nothing but ProtocolError is thrown', (context) => {
        const random = new Random(seedOf(context));
        const frames = VECTORS.server.map((/** @type {{frame: string}} */ { frame }) => frame);
        for (let round = 0; round < ROUNDS; round += 1) {
            const frame = bent(random.choice(frames), random);
            try {
                decodeServer(frame);
            } catch (error) {
                assert.ok(error instanceof ProtocolError, `${frame}\n${error}`);
            }
        }
    });
});

/**
 * A frame that went wrong somewhere: a value replaced, or a few characters.
 *
 * @param {string} frame
 * @param {Random} random
 * @returns {string}
 */
function bent(frame, random) {
    if (random.integer(0, 1)) {
        const place = random.integer(0, frame.length);
        return frame.slice(0, place) + random.text(0, 2) + frame.slice(place + random.integer(0, 4));
    }
    const values = [null, true, -1, 0.5, '', 'x', [], {}, [null], { '': null }];
    return JSON.stringify(JSON.parse(frame, (key, value) => (
        key !== 'type' && random.integer(0, 9) === 0 ? random.choice(values) : value
    )));
}
