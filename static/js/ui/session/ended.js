// @ts-check
/**
 * The sign-in of this page is over: the dialog that says why, and the bar that stays when one reads on.
 *
 * Owns both, and which of them is there. Whatever was typed stays in its place; here it is listed once more, to be
 * copied. Must not know the network: signing in is given to it.
 *
 * @typedef {import('../../protocol/messages.js').Ended} Ended
 * @typedef {import('../unsaved.js').Typed} Typed
 */

import { button, make } from '../dom.js';
import { SignInAgain } from './again.js';
import { Dialog } from './dialog.js';
import { UnsavedList } from './unsaved-list.js';
import { wordsFor } from './words.js';

export class EndedNotice {
    #typed;
    #unsaved = new UnsavedList();
    #keptIfBack;
    #kept = make('p', { class: 'help' });
    #again;
    #notMe = make('a', { class: 'button', target: '_blank', rel: 'noopener', 'data-not-me': true });
    #dialog;
    #bar;
    #barText = make('p');
    #barButton;
    /** @type {Ended | null} */
    #ended = null;
    /** @type {EventTarget | null} where one was on the page */
    #before = null;

    /**
     * @param {{
     *   user: {name: string, username: string},
     *   typed: () => Typed[],
     *   kept: string,
     *   signIn: (password: string) => Promise<import('./again.js').Outcome>,
     * }} given `kept`: what becomes of what was typed when one signs in again
     */
    constructor({ user, typed, kept, signIn }) {
        this.#typed = typed;
        this.#keptIfBack = kept;
        this.#again = new SignInAgain(user, signIn);
        const read = button('Keep reading', () => this.#dialog.close(), 'button');
        const actions = make('div', { class: 'session-actions' }, this.#notMe, read);
        this.#dialog = new Dialog('ended', [this.#unsaved.element, this.#kept, this.#again.element, actions]);
        this.#dialog.on('close', () => this.#closed());
        this.#barButton = button('', () => this.#open(), 'button button-small');
        this.#bar = make(
            'section',
            { class: 'session-bar', 'aria-label': 'Signed out', 'data-session-bar': true },
            this.#barText,
            this.#barButton,
        );
        this.#bar.hidden = true;
        this.#bar.addEventListener('focusin', ({ relatedTarget }) => (this.#before = relatedTarget ?? this.#before));
        document.body.append(this.#bar);
    }

    /** @param {Ended} ended */
    show(ended) {
        const isNew = this.#ended === null;
        this.#ended = ended;
        const { title, text, canSignIn, notMe } = wordsFor(ended, new Date());
        this.#dialog.say(title, text);
        this.#barText.textContent = `${title}. This page can save nothing.`;
        this.#barButton.textContent = canSignIn ? 'Sign in again' : 'Why?';
        this.#again.element.hidden = !canSignIn;
        this.#kept.textContent = canSignIn ? this.#keptIfBack : 'Copy it before you leave this page.';
        this.#notMe.hidden = notMe === null;
        this.#notMe.setAttribute('href', notMe?.href ?? '');
        this.#notMe.textContent = notMe?.text ?? '';
        if (isNew) {
            this.#before = document.activeElement;
            this.#open();
        }
    }

    /** One is signed in again, and goes on where one was. */
    hide() {
        this.#ended = null;
        this.#again.clear();
        this.#dialog.close();
        this.#bar.hidden = true;
        const { activeElement, body } = document;
        const isSomewhere = activeElement !== body && activeElement?.checkVisibility();
        if (!isSomewhere && this.#before instanceof HTMLElement) {
            this.#before.focus({ preventScroll: true });
        }
    }

    #open() {
        this.#bar.hidden = true;
        this.#dialog.open();
        const typed = this.#typed(); // asked for only now: leaving a field may have finished something
        this.#unsaved.draw(typed);
        this.#kept.hidden = typed.length === 0;
    }

    #closed() {
        this.#again.clear();
        this.#bar.hidden = this.#ended === null;
    }
}
