// @ts-check

/** Agrees op for op with the npm package ot-text-unicode. Python's test: tests/document/test_text_oracle.py. */

import assert from 'node:assert/strict';
import { it } from 'node:test';

import {
    apply, compose, invert, normalize, transform, transformPosition,
} from '../../../static/js/document/text.js';
import { Random, seedOf } from '../random.js';
import { judged } from './judged.js';

const PAIRS = 20_000;

it('every answer is the one of ot-text-unicode', (context) => {
    const random = new Random(seedOf(context));
    for (let pair = 0; pair < PAIRS; pair += 1) {
        const its = judged(random);
        const ours = {
            applied: apply(its.text, its.delta),
            left: transform(its.delta, its.other, 'left'),
            right: transform(its.delta, its.other, 'right'),
            composed: compose(its.delta, its.next),
            inverted: invert(its.delta, its.text),
            normalized: normalize(its.raw),
            moved: transformPosition(its.position, its.delta),
        };
        assert.deepEqual({ ...its, ...ours }, its);
    }
});
