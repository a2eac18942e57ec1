// @ts-check
/**
 * "Are you still there?": counts down to the moment when one is signed out for doing nothing.
 *
 * Whatever one does at the page is an answer, so nothing typed is lost to the dialog: it is closed before the key takes
 * effect, and the key goes where one was. Must not know who is told.
 */

import { button, make } from '../dom.js';
import { Dialog } from './dialog.js';
import { countdown, spoken } from './words.js';

const SECOND = 1000;
/** When the time left is said aloud: each second would be too much. */
const SAID_AT = new Set([120, 60, 30, 10]);
/** These are how one moves about and presses the button; every other key is typing. */
const NOT_TYPING = new Set(['Tab', 'Enter', ' ', 'Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock']);

export class IdleWarning {
    #left;
    #time = make('p', { class: 'session-time', 'aria-hidden': 'true' });
    #said = make('p', { class: 'visually-hidden', id: 'idle-more', role: 'status' });
    #trouble = make('p', { class: 'session-trouble', role: 'alert' });
    #button;
    #dialog;
    #timer = 0;

    /**
     * @param {{left: () => number | null, stay: () => void}} given `left`: how many seconds are left
     */
    constructor({ left, stay }) {
        this.#left = left;
        this.#button = button('Stay signed in', () => {}, 'button button-primary'); // as a click anywhere in here
        const actions = make('div', { class: 'session-actions' }, this.#button);
        this.#dialog = new Dialog('idle', [this.#time, this.#said, this.#trouble, actions]);
        this.#dialog.say(
            'Are you still there?',
            'Nothing was done here for a while. You are signed out when the time is up. ' +
                'What is typed and not saved by then stays on this page.',
        );
        this.#dialog.on('cancel', stay); // that, too, is somebody who is there
        this.#dialog.on('click', stay);
    }

    /** @param {boolean} failed somebody said so, and the server did not hear it */
    show(failed) {
        this.#trouble.textContent = failed ? 'The server did not hear that you are here. Please try again.' : '';
        this.#said.textContent = `${spoken(this.#left() ?? 0)} left.`;
        this.#tick();
        clearInterval(this.#timer);
        this.#timer = window.setInterval(() => this.#tick(), SECOND);
        this.#dialog.open(this.#button);
    }

    hide() {
        clearInterval(this.#timer);
        this.#dialog.close();
    }

    /**
     * Whether this is open and will answer by itself: to everything but typing. Were it closed as the pointer goes down,
     * the click would hit what is behind it.
     *
     * @param {Event} event
     */
    takes(event) {
        return this.#dialog.isOpen && !(event instanceof KeyboardEvent && !NOT_TYPING.has(event.key));
    }

    #tick() {
        const left = this.#left() ?? 0;
        this.#time.textContent = countdown(left);
        if (SAID_AT.has(left)) {
            this.#said.textContent = `${spoken(left)} left.`;
        }
    }
}
