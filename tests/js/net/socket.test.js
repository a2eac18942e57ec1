// @ts-check
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { Socket } from '../../../static/js/net/socket.js';
import { Surroundings } from './support/environment.js';

const JOINED = {
    type: 'joined',
    version: 0,
    revision: 0,
    form: { id: 'f', title: 'T', status: 'open', template: {} },
    snapshot: null,
    clients: {},
    people: [],
    you: { session: 's', user: { id: 'u', name: 'U' }, color: 1, at: null, selection: null },
    role: 'editor',
    last_seq: 0,
    limits: {
        frame_bytes: 65536,
        submits_per_second: 100,
        burst: 200,
        ops_per_submit: 100,
        rows_per_table: 10,
        text_length: 10,
    },
};
const COMMITTED = { type: 'committed', from: 1, to: 0, at: null, clients: {}, ops: [] };

/** @type {Surroundings} */
let around;
/** @type {any[]} what the page heard */
let heard;
/** @type {Socket} */
let socket;

beforeEach(() => {
    around = new Surroundings();
    heard = [];
    socket = new Socket(
        '/ws/forms/f/',
        {
            dialing: () => heard.push('dialing'),
            opened: () => {
                heard.push('opened');
                socket.send({ type: 'join', client_id: 'tab-12345', since: null, want: 'snapshot' });
            },
            received: (message) => heard.push(message.type),
            closed: ({ code, final, offline }) => heard.push({ closed: code, final, offline }),
        },
        around,
    );
});

function join() {
    socket.open();
    around.socket.accept();
    around.socket.say(JOINED);
    heard.length = 0;
}

/** How long it takes until the page tries again. */
function waitedFor() {
    const since = around.time;
    const made = around.sockets.length;
    while (around.sockets.length === made) {
        around.pass(50);
    }
    return around.time - since;
}

test('a page opens: it dials, joins and hears', () => {
    socket.open();
    around.socket.accept();
    around.socket.say(JOINED);
    around.socket.say(COMMITTED);
    assert.deepEqual(heard, ['dialing', 'opened', 'joined', 'committed']);
    assert.deepEqual(
        around.socket.sent.map(({ type }) => type),
        ['join'],
    );
});

describe('when the connection breaks', () => {
    test('it is made again, later each time, at most 10 s later, with full jitter', () => {
        socket.open();
        const delays = [];
        for (let attempt = 0; attempt < 8; attempt += 1) {
            around.socket.fall(1006);
            const before = around.time;
            const made = around.sockets.length;
            while (around.sockets.length === made) {
                around.pass(50);
            }
            delays.push(around.time - before);
        }
        assert.deepEqual(delays, [300, 600, 1200, 2400, 4800, 9600, 10000, 10000]);
        around.luck = 0.1;
        around.socket.fall(1006);
        around.pass(1000);
        assert.equal(around.sockets.length, 10, 'jitter takes any part of the delay');
    });

    test('a connection that stood for a while starts the story anew; one that fell at once does not', () => {
        join();
        around.pass(1000);
        around.socket.fall(1006);
        around.pass(300);
        around.socket.accept();
        around.socket.say(JOINED);
        around.socket.fall(1006);
        around.pass(500);
        assert.equal(around.sockets.length, 2, 'the second wait is longer');
        around.pass(100);
        around.socket.accept();
        around.socket.say(JOINED);
        around.pass(6000);
        around.socket.fall(1006);
        around.pass(300);
        assert.equal(around.sockets.length, 4, 'and short again after a steady time');
    });

    test('t4 pages of a server that restarts come back spread over two seconds, all within five', () => {
        for (const luck of [0, 0.25, 0.5, 1]) {
            around = new Surroundings();
            around.luck = luck;
            socket = new Socket('/ws/forms/f/', { opened: () => {}, received: () => {}, closed: () => {} }, around);
            join();
            around.socket.say({ type: 'closing', code: 1012, reason: 'The server is restarting.' });
            const made = [waitedFor(), (around.socket.fall(1006), waitedFor()), (around.socket.fall(1006), waitedFor())];
            assert.ok(Math.abs(made[0] - 2_000 * luck) <= 50, `${made[0]}`);
            assert.ok(made[0] + made[1] + made[2] < 5_000, 'though two attempts met nobody');
        }
    });

    test('t4 a full room is not hammered: it is tried again slowly, whatever happens here meanwhile', () => {
        join();
        const waits = [];
        for (let attempt = 0; attempt < 5; attempt += 1) {
            around.socket.say({ type: 'closing', code: 4429, reason: 'This form is full.', why: 'people' });
            for (const word of /** @type {const} */ (['online', 'visibilitychange', 'pageshow'])) {
                around.happens(word);
            }
            waits.push(waitedFor());
            around.socket.accept();
        }
        assert.deepEqual(waits, [20_000, 40_000, 80_000, 120_000, 120_000], 'at most; half of it at least');
        assert.deepEqual(heard[0], { closed: 4429, final: false, offline: false });
    });

    test('what is sent meanwhile goes nowhere, and nothing of the old connection is heard any more', () => {
        join();
        const old = around.socket;
        old.fall(1006);
        socket.send({ type: 'ping' });
        old.say(COMMITTED);
        assert.deepEqual(heard, [{ closed: 1006, final: false, offline: false }]);
        around.pass(300);
        around.socket.accept();
        assert.deepEqual(
            around.socket.sent.map(({ type }) => type),
            ['join'],
        );
    });

    test('it is made at once when the network is back or the tab is seen again', () => {
        socket.open();
        for (const word of /** @type {const} */ (['online', 'visibilitychange', 'pageshow'])) {
            around.socket.fall(1006);
            const made = around.sockets.length;
            around.happens(word);
            assert.equal(around.sockets.length, made + 1, word);
            around.pass(0);
        }
        around.socket.fall(1006);
        around.visible = false;
        const made = around.sockets.length;
        around.happens('visibilitychange');
        assert.equal(around.sockets.length, made, 'a hidden tab waits');
    });

    test('the page is told when there is no network at all', () => {
        join();
        around.online = false;
        around.socket.fall(1006);
        assert.deepEqual(heard, [{ closed: 1006, final: false, offline: true }]);
    });
});

describe('T4 when the server closes it for a reason', () => {
    for (const code of [4400, 4401, 4403, 4404, 4409]) {
        test(`${code} is final: nothing is tried again, whatever happens`, () => {
            join();
            around.socket.say({ type: 'closing', code, reason: 'Because.' });
            around.socket.fall(code);
            around.pass(60_000);
            around.happens('online');
            around.happens('visibilitychange');
            assert.deepEqual(heard, [{ closed: code, final: true, offline: false }]);
            assert.equal(around.sockets.length, 1);
            assert.equal(around.waiting, 0, 'nothing is left ticking');
        });
    }

    for (const code of [1009, 1011, 1012, 4408, 4429]) {
        test(`${code} is not: it comes again`, () => {
            join();
            around.socket.say({ type: 'closing', code, reason: 'Because.' });
            around.socket.fall(code);
            assert.ok(waitedFor() <= 20_000);
        });
    }

    test('the reason of the closing frame counts, also where the close frame was lost', () => {
        const reasons = /** @type {any[]} */ ([]);
        socket = new Socket('/', { opened() {}, received() {}, closed: (how) => reasons.push(how) }, around);
        socket.open();
        around.socket.accept();
        around.socket.say({
            type: 'closing',
            code: 4409,
            reason: 'Signed in on another device.',
            device: 'Firefox',
            at: '2025-01-01T08:00:00Z',
        });
        around.socket.fall(1006);
        assert.deepEqual(reasons, [
            {
                code: 4409,
                reason: 'Signed in on another device.',
                final: true,
                offline: false,
                device: 'Firefox',
                at: '2025-01-01T08:00:00Z',
                why: null,
            },
        ]);
    });

    test('S2 the page hears why its sign-in ended as soon as the server says so', () => {
        const reasons = /** @type {any[]} */ ([]);
        socket = new Socket('/', { opened() {}, received() {}, closed: (how) => reasons.push(how) }, around);
        socket.open();
        around.socket.accept();
        around.socket.say({ type: 'watching', user: { id: 'u', name: 'U' } });
        around.socket.say({ type: 'closing', code: 4401, reason: 'An administrator signed you out.', why: 'by_admin' });
        assert.deepEqual(
            reasons.map(({ code, why, final }) => ({ code, why, final })),
            [{ code: 4401, why: 'by_admin', final: true }],
        );
        around.sockets[0].fall(4401);
        assert.equal(reasons.length, 1, 'the close frame that follows is not told once more');
    });

    test('open makes it again after a final close', () => {
        join();
        around.socket.say({ type: 'closing', code: 4401, reason: 'Sign in.' });
        around.socket.fall(4401);
        socket.open();
        around.socket.accept();
        assert.deepEqual(heard.slice(1), ['dialing', 'opened']);
    });
});

describe('liveness', () => {
    test('a quiet connection is asked, and stays when it answers', () => {
        join();
        around.pass(15_000);
        assert.equal(around.socket.sent.at(-1).type, 'ping');
        around.socket.say({ type: 'pong' });
        around.pass(14_000);
        assert.deepEqual(heard, [], "a pong is nobody else's business");
        assert.equal(around.sockets.length, 1);
    });

    test('a half-open connection is given up: it would never close by itself', () => {
        join();
        around.pass(25_000);
        assert.equal(around.sockets[0].isLeft, true);
        assert.deepEqual(heard[0], { closed: 1006, final: false, offline: false });
        around.pass(300);
        assert.equal(around.sockets.length, 2);
    });

    test('a busy connection is not asked', () => {
        join();
        for (let second = 0; second < 60; second += 5) {
            around.pass(5_000);
            around.socket.say(COMMITTED);
        }
        assert.deepEqual(
            around.socket.sent.filter(({ type }) => type === 'ping'),
            [],
        );
    });

    test('a tab that wakes up asks at once, and waits less long for the answer', () => {
        join();
        around.happens('visibilitychange');
        assert.equal(around.socket.sent.at(-1).type, 'ping');
        around.pass(4_000);
        assert.equal(heard[0].closed, 1006);
    });

    test('a dial that nobody answers is given up', () => {
        socket.open();
        around.pass(15_000);
        assert.equal(around.sockets[0].isLeft, true);
        around.pass(300);
        assert.equal(around.sockets.length, 2);
    });
});

describe('D1 when the page missed something', () => {
    test('it leaves the connection and makes another at once', () => {
        join();
        around.pass(6_000);
        socket.reopen();
        assert.deepEqual(heard, [{ closed: 1000, final: false, offline: false }, 'dialing']);
        assert.equal(around.sockets[0].isLeft, true);
        assert.equal(around.sockets.length, 2);
    });

    test('but does not whirl: right after that it waits', () => {
        join();
        socket.reopen();
        around.socket.accept();
        around.socket.say(JOINED);
        socket.reopen();
        assert.equal(around.sockets.length, 2);
        around.pass(600);
        assert.equal(around.sockets.length, 3);
    });
});

test('T5 a frame that is not the protocol ends the connection, not the page', () => {
    join();
    around.socket.say('{"type":"committed"}');
    assert.deepEqual(heard, [{ closed: 1006, final: false, offline: false }]);
    around.pass(300);
    assert.equal(around.sockets.length, 2);
});

test('the sign-in watch: who is signed in and how idle they are is handed on', () => {
    socket.open();
    around.socket.accept();
    around.socket.say({ type: 'watching', user: { id: 'u', name: 'U' } });
    around.socket.say({ type: 'idle', seconds: 118 });
    around.socket.say({ type: 'idle', seconds: null });
    assert.deepEqual(heard, ['dialing', 'opened', 'watching', 'idle', 'idle']);
});

test('a frame of a type that is not known is passed over: a newer server may say more', () => {
    join();
    around.socket.say({ type: 'greeting', text: 'hello' });
    around.socket.say(COMMITTED);
    assert.deepEqual(heard, ['committed']);
});

test('close ends it without a word', () => {
    join();
    socket.close();
    around.pass(60_000);
    assert.deepEqual(heard, []);
    assert.equal(around.sockets.length, 1);
    assert.equal(around.waiting, 0);
});
