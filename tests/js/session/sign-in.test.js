// @ts-check
/** Two devices, several tabs, one account: what the page of each does. */

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { PEOPLE, Site, ending, settled } from './support/browsers.js';

const { alice, bob } = PEOPLE;

/** @type {Site} */
let site;
/** @type {import('./support/browsers.js').Browser} */
let laptop;
/** @type {import('./support/browsers.js').Browser} */
let phone;

beforeEach(() => {
    site = new Site();
    [laptop, phone] = [site.browser(), site.browser()];
});

/** Alice has a page open on her laptop, and then signs in on her phone. */
async function kicked() {
    const tab = laptop.signIn(alice).open();
    await settled();
    phone.signIn(alice);
    await settled();
    return tab;
}

describe('S2 signed in on another device', () => {
    test('the older page ends, with the reason, and does nothing more by itself', async () => {
        const tab = await kicked();
        site.pass(3_600_000);
        await settled();
        assert.deepEqual(tab.log, ['ended: replaced']);
        assert.equal(tab.signIn.ended?.device, 'Firefox on Linux');
        assert.equal(tab.isConnected, false);
        assert.deepEqual(site.log, ['GET /api/session/'], 'it asked once whether that is still so');
    });

    test('signing in again where one stands brings the page back, with a fresh token', async () => {
        const tab = await kicked();
        const there = phone.open();
        assert.deepEqual(await tab.signIn.signInAgain('right'), { done: true });
        assert.deepEqual(tab.log, ['ended: replaced', 'revived']);
        assert.equal(tab.signIn.ended, null);
        assert.equal(tab.token, laptop.token);
        assert.deepEqual(there.log, ['ended: replaced'], 'now the phone is the older device');
    });

    test('two devices do not kick each other in turn: each change is a person’s act', async () => {
        const tab = await kicked();
        const there = phone.open();
        for (const one of [tab, there, tab, there]) {
            await one.signIn.signInAgain('right');
            await settled();
            const requests = site.log.length;
            site.pass(600_000);
            await settled();
            assert.equal(site.log.length, requests, 'nobody asks for anything');
        }
        assert.equal(tab.signIn.ended?.why, 'replaced');
        assert.equal(there.signIn.ended, null);
    });

    test('what goes wrong with signing in again is told, and the page stays ended', async () => {
        const tab = await kicked();
        assert.deepEqual(await tab.signIn.signInAgain('wrong'), {
            done: false,
            code: 'invalid',
            message: 'This password is not right.',
        });
        site.refusal = { status: 429, body: { code: 'too_many', message: 'Please wait 5 minutes.' } };
        assert.deepEqual(await tab.signIn.signInAgain('right'), {
            done: false,
            code: 'too_many',
            message: 'Please wait 5 minutes.',
        });
        site.refusal = { status: 500, body: null };
        assert.equal((await tab.signIn.signInAgain('right')).done, false);
        site.isUp = false;
        assert.deepEqual(await tab.signIn.signInAgain('right'), { done: false, code: 'unreachable', message: '' });
        assert.deepEqual(tab.log, ['ended: replaced']);
    });

    test('a sign-in that worked counts also where the network is gone right after it', async () => {
        const tab = await kicked();
        const { answer } = site;
        site.answer = async (...asked) => {
            const response = await answer.apply(site, asked);
            site.isUp = asked[2]?.method !== 'POST';
            return response;
        };
        assert.deepEqual(await tab.signIn.signInAgain('right'), { done: true });
        assert.deepEqual(tab.log, ['ended: replaced', 'revived']);
    });

    test('a kick in the middle of signing in again is the last word', async () => {
        const tab = await kicked();
        const { answer } = site;
        site.answer = async (...asked) => {
            const response = await answer.apply(site, asked);
            if (asked[2]?.method === 'POST') {
                phone.signIn(alice);
            }
            return response;
        };
        await tab.signIn.signInAgain('right');
        assert.deepEqual(tab.log.includes('revived'), false);
        assert.equal(tab.signIn.ended?.why, 'replaced');
    });
});

describe('the tabs of one browser are one device', () => {
    test('signing in again in one brings all of them back', async () => {
        const tabs = [laptop.signIn(alice).open(), laptop.open(), laptop.open()];
        phone.signIn(alice);
        await tabs[0].signIn.signInAgain('right');
        await settled();
        for (const tab of tabs) {
            assert.deepEqual(tab.log, ['ended: replaced', 'revived']);
            assert.equal(tab.token, laptop.token);
        }
    });

    test('so does a page that is loaded after signing in on the sign-in page', async () => {
        const tab = await kicked();
        laptop.signIn(alice).open();
        await settled();
        assert.deepEqual(tab.log, ['ended: replaced', 'revived']);
    });

    test('but not a page that was loaded before the end, and speaks after it', async () => {
        const tab = laptop.signIn(alice).open();
        const late = laptop.open();
        phone.signIn(alice);
        late.say({ type: 'here', user: alice.id });
        await settled();
        assert.deepEqual(tab.log, ['ended: replaced']);
    });

    test('a tab that is told too late of an end from before the new sign-in comes back by itself', async () => {
        const tab = laptop.signIn(alice).open();
        await settled();
        tab.closed(ending('replaced')); // of an older generation: here one is signed in
        await settled();
        assert.deepEqual(tab.log, ['ended: replaced', 'revived']);
    });

    test('but only once: if it is told so again, it believes it', async () => {
        const tab = laptop.signIn(alice).open();
        for (let time = 0; time < 5; time += 1) {
            tab.closed(ending('replaced'));
            await settled();
        }
        assert.deepEqual(tab.log, ['ended: replaced', 'revived', 'ended: replaced']);
        assert.equal(tab.isConnected, false);
    });

    test('an answer from before the end does not bring a page back', async () => {
        const tab = laptop.signIn(alice).open();
        await settled();
        const looking = tab.signIn.look(); // answered: Alice
        laptop.end('idle');
        await looking;
        await settled();
        assert.deepEqual(tab.log, ['ended: idle']);
    });
});

describe('I7 another person in the same browser', () => {
    test('wipes every page of the one before, also those that ended already', async () => {
        const tab = laptop.signIn(alice).open();
        const ended = laptop.open();
        ended.closed(ending('idle'));
        laptop.user = null;
        laptop.signIn(bob).open(); // no socket was told
        await settled();
        assert.deepEqual(tab.log, ['left']);
        assert.deepEqual(ended.log, ['ended: idle', 'left']);
    });

    test('is noticed by the sockets: whom they greet, and why they close', () => {
        const tabs = [laptop.signIn(alice).open(), laptop.open(), laptop.open()];
        tabs[0].signIn.told({ id: bob.id });
        tabs[1].closed(ending('taken_over'));
        tabs[2].signIn.told({ id: alice.id });
        assert.deepEqual(
            tabs.map(({ log }) => log),
            [['left'], ['left'], []],
        );
    });

    test('is noticed when one comes back to the tab, where no message came', async () => {
        const tab = laptop.signIn(alice).open();
        laptop.user = bob;
        await tab.signIn.look();
        assert.deepEqual(tab.log, ['left']);
    });

    test('is noticed before a password is sent', async () => {
        const tab = await kicked();
        laptop.user = bob;
        await tab.signIn.signInAgain('right');
        assert.deepEqual(tab.log, ['ended: replaced', 'left']);
        assert.equal(site.log.includes('POST /api/session/'), false);
    });

    test('nothing that happens later brings a wiped page back', async () => {
        const tab = laptop.signIn(alice).open();
        tab.signIn.leave();
        tab.closed(ending('replaced'));
        tab.signIn.heard({ type: 'here', user: alice.id });
        await tab.signIn.look();
        await tab.signIn.signInAgain('right');
        await settled();
        assert.deepEqual(tab.log, ['left']);
    });
});

describe('other ends of a sign-in', () => {
    for (const why of ['password', 'disabled', 'by_admin', 'idle', 'expired']) {
        test(`${why}: the page stays, and says so`, async () => {
            const tab = laptop.signIn(alice).open();
            laptop.end(why);
            await settled();
            assert.deepEqual(tab.log, [`ended: ${why}`]);
        });
    }

    for (const why of ['signed_out', 'everywhere', 'taken_over']) {
        test(`${why}: the page is wiped`, async () => {
            const tab = laptop.signIn(alice).open();
            laptop.end(why);
            await settled();
            assert.deepEqual(tab.log, ['left']);
        });
    }

    test('an end that no socket told is found when one comes back to the tab', async () => {
        const tab = laptop.signIn(alice).open();
        laptop.user = null;
        laptop.ended = ending('idle');
        await tab.signIn.look();
        await settled();
        assert.deepEqual(tab.log, ['ended: idle']);
    });

    test('where the cookie is gone and nobody knows why, what was typed is left to its author', async () => {
        const tab = laptop.signIn(alice).open();
        laptop.user = null;
        await tab.signIn.look();
        await settled();
        assert.deepEqual(tab.log, ['ended: null']);
    });

    test('no network is no end', async () => {
        const tab = laptop.signIn(alice).open();
        site.isUp = false;
        await tab.signIn.look();
        assert.deepEqual(tab.log, []);
    });

    test('signing out in one tab wipes the others, also one that had ended before', async () => {
        const [tab, ended, leaving] = [laptop.signIn(alice).open(), laptop.open(), laptop.open()];
        ended.closed(ending('idle'));
        leaving.say({ type: 'left', user: alice.id }); // the sign-in page, which comes next, says this
        await settled();
        assert.deepEqual(tab.log, ['left']);
        assert.equal(ended.log.at(-1), 'left');
    });

    test('a sign-in page that was merely opened wipes nothing', async () => {
        const [tab, other] = [laptop.signIn(alice).open(), laptop.open()];
        await settled();
        phone.signIn(alice);
        other.say({ type: 'look' }); // it says this
        await settled();
        assert.deepEqual(tab.log, ['ended: replaced']);
    });
});

test('what another release says on the channel is passed over', async () => {
    const [tab, other] = [laptop.signIn(alice).open(), laptop.open()];
    for (const message of [null, 'here', {}, { type: 'here' }, { type: 'toString' }, { type: 'later', user: 'x' }]) {
        other.say(/** @type {any} */ (message));
    }
    await settled();
    assert.deepEqual(tab.log, []);
});
