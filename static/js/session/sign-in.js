// @ts-check
/**
 * The sign-in under which this page was made, and what becomes of the page when it ends.
 *
 * Owns three states: signed in; ended, with the reason, while the page stays to be read; left, where the page is wiped
 * away for good because the browser is another person's now, or nobody's, on purpose (I7). Only a person's act in this
 * browser leads from ended back to signed in: signing in again here, or in another tab. Must not know the page, the
 * socket, a clock or the network: what it needs of them is given to it.
 *
 *     const signIn = new SignIn({ user, api, tell, now, handlers });
 *     signIn.start();                    the page is there: the other tabs may come back to life
 *     signIn.told(user)                  a socket says who is signed in
 *     signIn.end(how)                    a socket says that the sign-in is over
 *     signIn.heard(message)              another tab says something
 *     await signIn.look()                ask who is signed in: somebody came back to this tab
 *     await signIn.signInAgain(password)
 *     await signIn.stillHere()           somebody is here, although nothing is written
 *
 * @module
 */

import { CloseCode, End } from '../protocol/codes.js';

/** @typedef {import('../protocol/messages.js').Account} Account */
/** @typedef {import('../protocol/messages.js').Ended} Ended */
/** @typedef {import('../protocol/messages.js').TabMessage} TabMessage */
/** @typedef {import('../protocol/messages.js').WhoIsHere} WhoIsHere */
/** @typedef {{done: true} | {done: false, code: string, message: string}} Outcome */
/**
 * @typedef {{
 *   read: () => Promise<WhoIsHere | null>,
 *   signIn: (who: {username: string, password: string}, token: string) => Promise<Outcome & {user?: Account}>,
 *   stillHere: (token: string) => Promise<boolean>,
 * }} Api
 * @typedef {{
 *   ended: (how: Ended) => void,
 *   revived: () => void,
 *   left: () => void,
 *   token: (token: string) => void,
 * }} Handlers `token`: what the page's forms are to be sent with from now on
 */

/** How a sign-in ends that its person, or the next one, ended in this browser: nothing of it may stay. */
const ENDED_HERE = new Set([End.SIGNED_OUT, End.EVERYWHERE, End.TAKEN_OVER]);
/** A page that is told so soon after it came back that its sign-in is over believes it, without asking. */
const BELIEVED_MS = 30_000;

/** @type {Ended} */
const SIGNED_OUT = { code: CloseCode.NOT_SIGNED_IN, reason: '', device: null, at: null, why: null };
/** @type {Outcome} */
const UNREACHABLE = { done: false, code: 'unreachable', message: '' };

export class SignIn {
    #user;
    #api;
    #tell;
    #now;
    #handlers;
    /** @type {Ended | null} */
    #ended = null;
    #hasLeft = false;
    /** Rises whenever the state changes: what was asked before that is answered too late. */
    #chapter = 0;
    #revivedAt = -Infinity;

    /**
     * @param {{
     *   user: Account,
     *   api: Api,
     *   tell: (message: TabMessage) => void,
     *   now: () => number,
     *   handlers: Handlers,
     * }} given
     */
    constructor({ user, api, tell, now, handlers }) {
        this.#user = user;
        this.#api = api;
        this.#tell = tell;
        this.#now = now;
        this.#handlers = handlers;
    }

    get user() {
        return this.#user;
    }

    /** How the sign-in ended; null: it did not. */
    get ended() {
        return this.#ended;
    }

    get hasLeft() {
        return this.#hasLeft;
    }

    start() {
        this.#tell({ type: 'here', user: this.#user.id });
    }

    /** @param {{id: string}} user */
    told(user) {
        if (user.id !== this.#user.id) {
            this.leave();
        }
    }

    /** @param {Ended} how */
    end({ code, reason, device, at, why }) {
        if (this.#hasLeft) {
            return;
        }
        if (ENDED_HERE.has(/** @type {any} */ (why))) {
            this.leave();
            return;
        }
        const isNew = this.#ended === null;
        this.#ended = { code, reason, device, at, why };
        this.#chapter += 1;
        this.#handlers.ended(this.#ended);
        if (isNew && this.#now() - this.#revivedAt > BELIEVED_MS) {
            void this.look(); // perhaps this was told of the sign-in before, and another tab has begun a new one
        }
    }

    /** @param {TabMessage} message */
    heard(message) {
        switch (message.type) {
            case 'here':
                this.told({ id: message.user });
                if (this.#ended !== null) {
                    void this.look();
                }
                break;
            case 'left':
                this.leave();
                break;
            case 'look':
                void this.look();
                break;
            default:
        }
    }

    /** Asks who is signed in with this browser now. */
    async look() {
        const chapter = this.#chapter;
        const who = await this.#api.read();
        if (who !== null && chapter === this.#chapter) {
            this.#learn(who);
        }
    }

    /**
     * @param {string} password
     * @returns {Promise<Outcome>}
     */
    async signInAgain(password) {
        const before = await this.#api.read();
        if (before === null) {
            return UNREACHABLE;
        }
        if (before.user !== null) {
            this.#learn(before); // in another tab, meanwhile
            return { done: true };
        }
        const outcome = await this.#api.signIn({ username: this.#user.username, password }, before.csrf_token);
        if (!outcome.done) {
            return outcome;
        }
        this.told(/** @type {Account} */ (outcome.user));
        await this.#begin();
        return { done: true };
    }

    /** @returns {Promise<boolean>} whether the server knows now, or there is nothing left that it could know */
    async stillHere() {
        const who = await this.#api.read();
        if (who === null) {
            return false;
        }
        this.#learn(who);
        return this.#ended !== null || this.#hasLeft || (await this.#api.stillHere(who.csrf_token));
    }

    /** Wipes the page away. */
    leave() {
        if (!this.#hasLeft) {
            this.#hasLeft = true;
            this.#chapter += 1;
            this.#handlers.left();
        }
    }

    /** A new sign-in has begun, here. */
    async #begin() {
        if (this.#hasLeft) {
            return;
        }
        this.#tell({ type: 'here', user: this.#user.id });
        const who = await this.#api.read(); // its token is another
        if (who === null) {
            this.#revive();
        } else {
            this.#learn(who);
        }
    }

    /** @param {WhoIsHere} who */
    #learn({ user, csrf_token: token, ended }) {
        if (this.#hasLeft) {
            return;
        }
        if (user === null) {
            this.#learnOfTheEnd(ended);
            return;
        }
        this.told(user);
        if (!this.#hasLeft) {
            this.#handlers.token(token);
            this.#revive();
        }
    }

    /** @param {Ended | null} ended null: the server does not know of any */
    #learnOfTheEnd(ended) {
        const known = this.#ended;
        if (known === null || (ended !== null && (ended.why !== known.why || ended.at !== known.at))) {
            this.end(ended ?? SIGNED_OUT);
        }
    }

    #revive() {
        if (this.#ended !== null) {
            this.#ended = null;
            this.#chapter += 1;
            this.#revivedAt = this.#now();
            this.#handlers.revived();
        }
    }
}
