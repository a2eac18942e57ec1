// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FormApi } from '../../../static/js/net/form-api.js';

const HERE = { form: 'f1', user: 'alice' };

/**
 * @param {Record<string, [status: number, body: any] | null>} answers by the end of the address; null: nobody answers
 */
function server(answers) {
    /** @type {{url: string, request: any}[]} */
    const asked = [];
    const environment = {
        fetch: async (/** @type {string} */ url, /** @type {any} */ request) => {
            asked.push({ url, request });
            const found = Object.entries(answers).find(([end]) => url.includes(end))?.[1] ?? null;
            if (found === null) {
                throw new TypeError('no network');
            }
            const [status, body] = found;
            return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
        },
    };
    return { asked, api: new FormApi(HERE, environment) };
}

const SIGNED_IN = /** @type {[number, any]} */ ([200, { user: { id: 'alice' }, csrf_token: 'fresh', ended: null }]);

test('what is submitted goes with a fresh token', async () => {
    const { asked, api } = server({ '/api/session/': SIGNED_IN, '/submission/': [201, { number: 1 }] });
    assert.deepEqual(await api.submit(), { done: true, body: { number: 1 } });
    assert.equal(asked[1].url, '/api/forms/f1/submission/');
    assert.equal(asked[1].request.headers['X-CSRFToken'], 'fresh');
});

test('i7 nothing is written for whoever else is signed in with this browser now', async () => {
    const bob = { user: { id: 'bob' }, csrf_token: 'x' };
    const { asked, api } = server({ '/api/session/': [200, bob], '/submission/': [201, {}] });
    assert.equal(/** @type {any} */ (await api.submit()).code, 'signed_out');
    assert.equal(asked.length, 1);
});

test('every answer has a meaning', async () => {
    const problems = [{ field: 'notes', code: 'required', message: 'This must be filled in.' }];
    /** @type {[any, string][]} */
    const answers = [
        [[400, { code: 'incomplete', message: 'm', problems }], 'incomplete'],
        [[401, { code: 'signed_in_elsewhere', message: 'm' }], 'signed_out'],
        [[403, { code: 'not_allowed', message: 'm' }], 'not_allowed'],
        [[409, { code: 'locked', message: 'm' }], 'locked'],
        [[502, '<h1>Bad gateway</h1>'], 'broken'],
        [null, 'unreachable'],
    ];
    for (const [answer, code] of answers) {
        const { api } = server({ '/api/session/': SIGNED_IN, '/submission/': answer });
        const outcome = /** @type {any} */ (await api.submit());
        assert.deepEqual([outcome.done, outcome.code], [false, code]);
        assert.deepEqual(outcome.problems, code === 'incomplete' ? problems : undefined);
    }
});

test('a history is asked for by address', async () => {
    const { asked, api } = server({ '/history/': [200, { changes: [], more: false }] });
    await api.history({ field: 'notes' });
    await api.history({ table: 'readings', row: 'r1', field: 'at' }, 7);
    assert.equal(asked[0].url, '/api/forms/f1/history/?field=notes');
    assert.equal(asked[1].url, '/api/forms/f1/history/?field=at&table=readings&row=r1&before=7');
});
