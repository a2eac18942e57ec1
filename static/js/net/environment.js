// @ts-check
/**
 * What the net needs of the browser: sockets, requests, a way to the other tabs, a clock, chance, and word of the
 * network. In one object, so that a test can bring its own.
 *
 * @module
 */

/** @typedef {'online' | 'offline' | 'pageshow' | 'visibilitychange'} Word */
/**
 * @typedef {{
 *   connect: (url: string) => WebSocket,
 *   fetch: (url: string, request?: RequestInit) => Promise<Response>,
 *   channel: (name: string, heard: (message: any) => void) => (message: any) => void,
 *   now: () => number,
 *   setTimeout: (run: () => void, ms: number) => any,
 *   clearTimeout: (timer: any) => void,
 *   random: () => number,
 *   isOnline: () => boolean,
 *   isVisible: () => boolean,
 *   on: (word: Word, heard: () => void) => void,
 *   off: (word: Word, heard: () => void) => void,
 * }} Environment
 */

const ANSWER_MS = 15_000;

/** @type {Environment} */
export const browser = {
    connect(url) {
        const absolute = new URL(url, location.href);
        absolute.protocol = absolute.protocol.replace('http', 'ws');
        return new WebSocket(absolute);
    },
    fetch: (url, request) => fetch(url, { ...request, signal: AbortSignal.timeout(ANSWER_MS) }),
    channel(name, heard) {
        const channel = new BroadcastChannel(name);
        channel.onmessage = ({ data }) => heard(data);
        return (message) => channel.postMessage(message);
    },
    now: () => performance.now(),
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    random: () => Math.random(),
    isOnline: () => navigator.onLine,
    isVisible: () => document.visibilityState === 'visible',
    on: (word, heard) => targetOf(word).addEventListener(word, heard),
    off: (word, heard) => targetOf(word).removeEventListener(word, heard),
};

/** @param {Word} word */
function targetOf(word) {
    return word === 'visibilitychange' ? document : window;
}
