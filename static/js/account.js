// @ts-check
/**
 * The sign-in of this browser, as every page of a signed-in person lives with it: put together.
 *
 * The second place, beside `main.js`, that knows the net, the state and what is shown. A page makes one, and tells it
 * what its socket hears; it tells the page when its person is signed in again, and when to be gone.
 */

import { sweepDrafts } from './kept-drafts.js';
import { countOrphans } from './kept-form.js';
import { browser } from './net/environment.js';
import { SessionApi } from './net/session-api.js';
import { joinTabs } from './net/tabs.js';
import { endsSignIn } from './protocol/codes.js';
import { Idle } from './session/idle.js';
import { SignIn } from './session/sign-in.js';
import { Unsaved } from './session/unsaved.js';
import { Outboxes } from './storage/outboxes.js';
import { markLeft, sweepAll, sweepOthers } from './tab.js';
import { EndedNotice } from './ui/session/ended.js';
import { IdleWarning } from './ui/session/idle.js';
import { SigningOut } from './ui/session/sign-out.js';
import { refreshTokens } from './ui/session/tokens.js';

/** @typedef {import('./ui/unsaved.js').Typed} Typed */
/**
 * @typedef {{
 *   typed: () => Typed[],
 *   kept: string,
 *   revived: () => void,
 *   left: () => void,
 *   outboxes?: Outboxes,
 * }} Page `typed`: what is on it and not saved; `kept`: what becomes of that when one signs in again; `outboxes`: what this
 *   browser keeps for its person, where the page has a part in that
 */

const SIGN_IN = '/accounts/login/';
const SIGNS_OF_LIFE = ['keydown', 'pointerdown', 'wheel'];

export class Account {
    #page;
    #signIn;
    #idle;
    #unsaved;
    #notice;
    #warning;
    #signingOut;
    #outboxes;
    #isGoing = false;

    /** @param {Page} page */
    constructor(page) {
        const user = JSON.parse(document.getElementById('signed-in')?.textContent ?? 'null').user;
        const tell = joinTabs((message) => this.#heard(message));
        this.#page = page;
        this.#outboxes = page.outboxes ?? new Outboxes(user.id);
        this.#signIn = new SignIn({
            user,
            api: new SessionApi(),
            tell,
            now: browser.now,
            handlers: {
                ended: (how) => this.#ended(how),
                revived: () => this.#revived(),
                left: () => this.#left(),
                token: refreshTokens,
            },
        });
        this.#idle = new Idle({
            now: browser.now,
            stillHere: () => this.#signIn.stillHere(),
            handlers: { warn: (failed) => this.#warning.show(failed), calm: () => this.#warning.hide() },
        });
        this.#unsaved = new Unsaved({
            tell,
            here: () => page.typed().length,
            kept: () => countOrphans(this.#outboxes),
            wait: (ms) => new Promise((resolve) => browser.setTimeout(() => resolve(null), ms)),
            newId: () => String(browser.random()),
        });
        this.#warning = new IdleWarning({ left: () => this.#idle.left, stay: () => void this.#idle.stay() });
        this.#notice = new EndedNotice({
            user,
            typed: page.typed,
            kept: page.kept,
            signIn: (password) => this.#signIn.signInAgain(password),
        });
        this.#signingOut = new SigningOut({ count: () => this.#unsaved.count(), going: () => this.#going(user.id) });
        sweepOthers(user.id);
        sweepDrafts(user.id);
        void this.#outboxes.sweep();
        this.#listen();
        this.#signIn.start();
    }

    /** Whether the page goes away on purpose: nobody is to be asked, nothing to be kept. */
    get isGoing() {
        return this.#isGoing || this.#signIn.hasLeft;
    }

    /**
     * Something that the server told this page, whatever its socket.
     *
     * @param {any} message
     */
    received(message) {
        switch (message.type) {
            case 'joined':
                this.#signIn.told(message.you.user);
                break;
            case 'watching':
                this.#signIn.told(message.user);
                break;
            case 'idle':
                this.#idle.told(message.seconds);
                break;
            default:
        }
    }

    /**
     * The page's socket was closed.
     *
     * @param {import('./net/socket.js').Ending} how
     */
    closed(how) {
        if (how.final && endsSignIn(how.code)) {
            this.#signIn.end(how);
        }
    }

    #listen() {
        for (const sign of SIGNS_OF_LIFE) {
            const passive = sign === 'wheel';
            window.addEventListener(sign, (event) => this.#acted(event), { capture: true, passive });
        }
        document.addEventListener('visibilitychange', () => {
            if (document.visibilityState === 'visible') {
                void this.#signIn.look();
            }
        });
        // I7: not out of the browser's memory, and not for a moment
        window.addEventListener('pagehide', ({ persisted }) => persisted && hide());
        window.addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
    }

    /** @param {Event} event */
    #acted(event) {
        if (!this.#warning.takes(event)) {
            this.#idle.acted();
        }
    }

    /** @param {import('./protocol/messages.js').TabMessage} message */
    #heard(message) {
        this.#signIn.heard(message);
        this.#unsaved.heard(message);
    }

    /** @param {import('./protocol/messages.js').Ended} how */
    #ended(how) {
        this.#idle.over();
        this.#signingOut.hide();
        this.#notice.show(how);
    }

    #revived() {
        this.#page.revived();
        this.#notice.hide();
    }

    /** Out of sight at once; the sign-in page takes this one's place in the history, too. */
    #left() {
        hide();
        this.#page.left();
        sweepAll();
        void this.#outboxes.clear();
        if (!this.#isGoing) {
            location.replace(SIGN_IN);
        } // else the answer to signing out is under way, and leads on: it must not be cut off
    }

    /**
     * Nothing of this person stays, but in the tabs that have not heard of it yet: they see to it themselves.
     *
     * @param {string} user
     */
    async #going(user) {
        this.#isGoing = true;
        markLeft(user);
        await this.#outboxes.clear();
    }
}

/** Whatever comes next is loaded anew. */
function hide() {
    document.documentElement.hidden = true;
}
