// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toInstants, toLocal } from '../../../static/js/ui/controls/zone.js';

test('shows an instant as the clocks of the zone do', () => {
    assert.equal(toLocal('2026-03-12T21:30:00Z', 'Europe/Berlin'), '2026-03-12T22:30');
    assert.equal(toLocal('2026-07-01T22:30:00Z', 'Europe/Berlin'), '2026-07-02T00:30');
    assert.equal(toLocal('2026-01-01T00:00:00Z', 'America/St_Johns'), '2025-12-31T20:30');
    assert.equal(toLocal('2026-01-01T00:00Z', 'UTC'), '2026-01-01T00:00');
    assert.equal(toLocal('2026-01-01T00:00:07Z', 'UTC'), '2026-01-01T00:00:07');
    assert.equal(toLocal('not a time', 'UTC'), '');
});

test('reads a time of the clock as an instant', () => {
    assert.deepEqual(toInstants('2026-03-12T22:30', 'Europe/Berlin'), ['2026-03-12T21:30:00Z']);
    assert.deepEqual(toInstants('2026-01-01T05:45', 'Asia/Kathmandu'), ['2026-01-01T00:00:00Z']);
    assert.deepEqual(toInstants('2026-01-01T00:00:07', 'UTC'), ['2026-01-01T00:00:07Z']);
    assert.deepEqual(toInstants('', 'UTC'), []);
});

test('the hour that is skipped in spring is no instant', () => {
    assert.deepEqual(toInstants('2026-03-29T02:30', 'Europe/Berlin'), []);
    assert.deepEqual(toInstants('2026-03-08T02:30', 'America/New_York'), []);
});

test('the hour that comes twice in autumn is two, the earlier first', () => {
    assert.deepEqual(toInstants('2026-10-25T02:30', 'Europe/Berlin'), ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']);
});

test('there and back, every hour of a year, in zones that jump on different days', () => {
    for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca', 'UTC']) {
        for (let hour = 0; hour < 366 * 24; hour += 1) {
            const instant = new Date(Date.UTC(2026, 0, 1, hour)).toISOString().replace('.000', '');
            assert.ok(toInstants(toLocal(instant, zone), zone).includes(instant), `${instant} in ${zone}`);
        }
    }
});
