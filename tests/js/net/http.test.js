// @ts-check
/** Against a real server: what leaves is what a server sees. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { Http, HttpError } from '../../../static/js/net/http.js';

/** @type {import('node:http').Server} */
let server;
/** @type {Http} */
let http;
/** @type {any[]} */
const requests = [];

before(async () => {
    server = createServer(async (request, response) => {
        let body = '';
        for await (const part of request) {
            body += part;
        }
        requests.push({ method: request.method, url: request.url, token: request.headers['x-csrftoken'], body });
        answer(request.url ?? '', response);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    http = new Http({
        csrfToken: () => 'token',
        fetch: (path, request) => fetch(`http://127.0.0.1:${port}${path}`, request),
    });
});

after(() => server.close());

/**
 * @param {string} url
 * @param {import('node:http').ServerResponse} response
 */
function answer(url, response) {
    switch (url) {
        case '/forms/':
            response.setHeader('Content-Type', 'application/json').end('{"forms": []}');
            break;
        case '/stale/':
            response.writeHead(409).end('{"code": "stale", "message": "Too far."}');
            break;
        case '/proxy/':
            response.writeHead(502).end('<html>Bad gateway</html>');
            break;
        case '/nothing/':
            response.writeHead(204).end();
            break;
        default:
            response.socket?.destroy();
    }
}

test('it gets and posts JSON, with the CSRF token where something may change', async () => {
    assert.deepEqual(await http.get('/forms/'), { forms: [] });
    assert.deepEqual(await http.post('/forms/', { title: 'Übergabe' }), { forms: [] });
    assert.deepEqual(requests.slice(-2), [
        { method: 'GET', url: '/forms/', token: undefined, body: '' },
        { method: 'POST', url: '/forms/', token: 'token', body: '{"title":"Übergabe"}' },
    ]);
});

test('an answer without content is null', async () => {
    assert.equal(await http.post('/nothing/', {}), null);
});

test("a refusal is an error with the server's code and words", async () => {
    await assert.rejects(http.get('/stale/'), (error) => {
        assert.ok(error instanceof HttpError);
        assert.deepEqual([error.status, error.code, error.message], [409, 'stale', 'Too far.']);
        return true;
    });
});

test('so is the page of a proxy, and no answer at all', async () => {
    await assert.rejects(http.get('/proxy/'), { name: 'HttpError', status: 502 });
    await assert.rejects(http.get('/cut/'), { name: 'HttpError', status: 0, code: 'unreachable' });
});
