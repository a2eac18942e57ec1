// @ts-check
/**
 * The WebSocket shell: keeps a connection to one room, or to the sign-in watch, makes it again when it breaks, and
 * notices when it is dead.
 *
 * Owns reconnecting (full jitter, at once when the network or the person is back), liveness, and the reason of a close.
 * Must not know what the frames mean: it decodes them, and hands them on.
 *
 *     const socket = new Socket(url, { dialing, opened, received, closed });
 *     socket.open();
 *     socket.send(message);
 *     socket.reopen();       // D1: this connection missed something
 *     socket.close();
 *
 * `closed({ code, reason, final, offline, device, at, why })` is called once for each connection that was made or
 * tried; `final`: it will not be made again unless `open` is called. `why`, `device`, `at`: how a sign-in ended, where
 * it did.
 *
 * @module
 */

import { decodeServer, encode } from '../protocol/codec.js';
import { asksForPatience, CloseCode, isFinal } from '../protocol/codes.js';
import { browser } from './environment.js';
import { Pace } from './pace.js';

/** @typedef {Omit<import('./environment.js').Environment, 'fetch' | 'channel'>} Environment */
/**
 * @typedef {{
 *   code: number,
 *   reason: string,
 *   final: boolean,
 *   offline: boolean,
 *   device: string | null,
 *   at: string | null,
 *   why: string | null,
 * }} Ending
 */
/**
 * @typedef {{
 *   dialing?: () => void,
 *   opened: () => void,
 *   received: (message: any) => void,
 *   closed: (how: Ending) => void,
 * }} Handlers
 */

const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 10_000;
/** A server that stops has told all of its pages in one moment; another has to take them in. */
const RESTARTED_MS = 2_000;
/** Where there is no room for this page: from so long on, and later each time. */
const PATIENT_MS = 10_000;
const MOST_PATIENT_MS = 60_000;
/** A connection that stood so long was a good one: the next failure is a new story. */
const STEADY_MS = 5_000;
const DIAL_MS = 15_000;
const QUIET_MS = 15_000;
const ANSWER_MS = 10_000;
/** When there is reason to doubt: the network changed, or the tab was asleep. */
const DOUBTED_ANSWER_MS = 4_000;
const OPEN = 1;
const NORMAL = 1000;
const ABNORMAL = 1006;

export class Socket {
    #url;
    #handlers;
    #environment;
    #pace;
    /** @type {WebSocket | null} */
    #socket = null;
    #attempts = 0;
    /** @type {number | null} when the server let this page in */
    #joinedAt = null;
    #isWanted = false;
    /** Whether the server has asked for patience: nothing that happens here makes that shorter. */
    #isPatient = false;
    /** @type {any} */
    #retry = null;
    /** @type {any} */
    #watch = null;
    /** @type {[import('./environment.js').Word, () => void][]} */
    #words = [
        ['online', () => this.#awaken()],
        ['offline', () => this.#doubt()],
        ['pageshow', () => this.#awaken()],
        ['visibilitychange', () => this.#environment.isVisible() && this.#awaken()],
    ];

    /**
     * @param {string} url absolute, or a path of this site
     * @param {Handlers} handlers
     * @param {Environment} [environment]
     */
    constructor(url, handlers, environment = browser) {
        this.#url = url;
        this.#handlers = handlers;
        this.#environment = environment;
        this.#pace = new Pace((message) => this.#socket?.send(encode(message)), environment);
    }

    open() {
        if (!this.#isWanted) {
            this.#isWanted = true;
            this.#words.forEach(([word, heard]) => this.#environment.on(word, heard));
        }
        if (this.#socket === null) {
            this.#dial();
        }
    }

    /** Ends this connection for good, without a word to the handlers. */
    close() {
        this.#stop();
        this.#drop();
    }

    /** Leaves this connection and makes another. At once, unless it was itself made a moment ago. */
    reopen() {
        if (this.#socket === null) {
            return;
        }
        this.#end({ code: NORMAL, reason: '' });
        if (this.#attempts === 1) {
            this.#dial();
        }
    }

    /**
     * Sends a message, if there is a connection. What is lost with one is for the caller to know and to send again.
     *
     * @param {any} message
     */
    send(message) {
        if (this.#socket?.readyState === OPEN) {
            this.#pace.push(message);
        }
    }

    #dial() {
        this.#environment.clearTimeout(this.#retry);
        this.#retry = null;
        this.#isPatient = false;
        this.#handlers.dialing?.();
        const socket = this.#environment.connect(this.#url);
        this.#socket = socket;
        // A socket that was left is not listened to, whatever it still has to say.
        const listen = /** @param {(event: any) => void} heard */ (heard) => /** @param {any} event */ (event) => {
            if (this.#socket === socket) {
                heard(event);
            }
        };
        socket.onopen = listen(() => this.#opened());
        socket.onmessage = listen(({ data }) => this.#heard(data));
        socket.onclose = listen(({ code, reason }) => this.#end({ code, reason }));
        this.#expect(DIAL_MS);
    }

    #opened() {
        this.#rest();
        this.#handlers.opened();
    }

    /** @param {unknown} data */
    #heard(data) {
        this.#rest();
        let message;
        try {
            message = decodeServer(/** @type {string} */ (data));
        } catch {
            this.#end({ code: ABNORMAL, reason: '' }); // not this protocol: perhaps a newer server, perhaps not ours
            return;
        }
        switch (message?.type) {
            case undefined:
            case 'pong':
                break;
            case 'closing':
                this.#end(message); // at once: of a server in trouble the close frame may be late, or lost
                break;
            case 'watching':
                this.#joinedAt = this.#environment.now();
                this.#handlers.received(message);
                break;
            case 'joined':
                this.#joinedAt = this.#environment.now();
                this.#pace.allow(message.limits);
                this.#handlers.received(message);
                break;
            default:
                this.#handlers.received(message);
        }
    }

    /**
     * @param {{code: number, reason: string, device?: string | null, at?: string | null, why?: string | null}} how as
     *   the server told it, or its close frame; where there was neither, as it looks from here
     */
    #end({ code, reason, device = null, at = null, why = null }) {
        const final = isFinal(code);
        const wasSteady = this.#joinedAt !== null && this.#environment.now() - this.#joinedAt >= STEADY_MS;
        this.#attempts = wasSteady ? 0 : this.#attempts;
        this.#drop();
        if (final) {
            this.#stop();
        } else {
            this.#retryLater(code);
        }
        this.#handlers.closed({ code, reason, final, offline: !this.#environment.isOnline(), device, at, why });
    }

    /** Lets go of the socket there is. */
    #drop() {
        const socket = this.#socket;
        this.#socket = null;
        this.#joinedAt = null;
        this.#environment.clearTimeout(this.#watch);
        this.#pace.reset();
        socket?.close();
    }

    #stop() {
        this.#isWanted = false;
        this.#environment.clearTimeout(this.#retry);
        this.#retry = null;
        this.#words.forEach(([word, heard]) => this.#environment.off(word, heard));
    }

    /** @param {number} code */
    #retryLater(code) {
        this.#isPatient = asksForPatience(code);
        const delay = this.#isPatient ? this.#patience() : this.#delay(code);
        this.#attempts += 1;
        this.#retry = this.#environment.setTimeout(() => this.#dial(), delay);
    }

    /**
     * Full jitter: many pages that lost one server do not come back in one moment.
     *
     * @param {number} code
     */
    #delay(code) {
        const least = code === CloseCode.RESTARTING ? RESTARTED_MS : FIRST_DELAY_MS;
        const most = Math.min(LONGEST_DELAY_MS, Math.max(least, FIRST_DELAY_MS * 2 ** this.#attempts));
        return this.#environment.random() * most;
    }

    #patience() {
        const least = Math.min(MOST_PATIENT_MS, PATIENT_MS * 2 ** this.#attempts);
        return least * (1 + this.#environment.random());
    }

    /** The network or the person came back: no waiting now. */
    #awaken() {
        if (this.#socket === null) {
            if (!this.#isPatient) {
                this.#attempts = 0;
                this.#dial();
            }
        } else {
            this.#doubt();
        }
    }

    /** This connection may have died without a word. */
    #doubt() {
        if (this.#socket?.readyState === OPEN) {
            this.#probe(DOUBTED_ANSWER_MS);
        }
    }

    // --- liveness ----------------------------------------------------------------------------------

    /** Something was heard: nothing to do until it has been quiet for a while. */
    #rest() {
        this.#watchFor(QUIET_MS, () => this.#probe(ANSWER_MS));
    }

    /** @param {number} patience in milliseconds */
    #probe(patience) {
        this.#pace.push({ type: 'ping' });
        this.#expect(patience);
    }

    /**
     * Gives the connection up unless something is heard: half-open ones say nothing, and never close.
     *
     * @param {number} patience in milliseconds
     */
    #expect(patience) {
        this.#watchFor(patience, () => this.#end({ code: ABNORMAL, reason: '' }));
    }

    /**
     * @param {number} ms
     * @param {() => void} then
     */
    #watchFor(ms, then) {
        this.#environment.clearTimeout(this.#watch);
        this.#watch = this.#environment.setTimeout(then, ms);
    }
}
