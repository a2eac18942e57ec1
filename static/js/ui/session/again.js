// @ts-check
/**
 * Signing in again on the page that was signed out: the password of its person, and what went wrong with it.
 *
 * The password is in its field as long as the dialog is open, and nowhere else.
 *
 * @typedef {{done: true} | {done: false, code: string, message: string}} Outcome
 * @typedef {{name: string, username: string}} User
 */

import { make } from '../dom.js';
import { troubleOf } from './words.js';

export class SignInAgain {
    #signIn;
    #password;
    #button = make('button', { type: 'submit', class: 'button button-primary', text: 'Sign in here again' });
    #trouble = make('p', { class: 'session-trouble', id: 'again-trouble', role: 'alert' });
    #isBusy = false;

    /**
     * @param {User} user
     * @param {(password: string) => Promise<Outcome>} signIn
     */
    constructor({ name, username }, signIn) {
        this.#signIn = signIn;
        this.#password = /** @type {HTMLInputElement} */ (
            make('input', {
                type: 'password',
                class: 'input',
                id: 'again-password',
                name: 'password',
                autocomplete: 'current-password',
                required: true,
                'aria-describedby': 'again-trouble',
            })
        );
        this.element = make(
            'form',
            { class: 'session-again', method: 'post', on: { submit: (event) => void this.#submitted(event) } },
            make('input', {
                type: 'text', // for the browser's keeper of passwords
                class: 'visually-hidden',
                name: 'username',
                value: username,
                autocomplete: 'username',
                readonly: true,
                tabindex: '-1',
                'aria-hidden': 'true',
            }),
            make('label', { for: 'again-password', text: `Password of ${name}` }),
            make('div', { class: 'session-again-row' }, this.#password, this.#button),
            this.#trouble,
        );
    }

    clear() {
        this.#password.value = '';
        this.#say('');
    }

    /** @param {SubmitEvent} event */
    async #submitted(event) {
        event.preventDefault();
        if (this.#isBusy) {
            return;
        }
        this.#busy(true);
        this.#say('');
        const outcome = await this.#signIn(this.#password.value);
        this.#busy(false);
        if (outcome.done) {
            this.clear();
        } else {
            this.#say(troubleOf(outcome));
            this.#password.select();
        }
    }

    /** @param {boolean} isBusy */
    #busy(isBusy) {
        this.#isBusy = isBusy;
        this.#button.textContent = isBusy ? 'Signing in…' : 'Sign in here again';
        this.#button.setAttribute('aria-disabled', String(isBusy)); // and keeps the focus
    }

    /** @param {string} trouble */
    #say(trouble) {
        this.#trouble.textContent = trouble;
        this.#password.toggleAttribute('aria-invalid', false);
        if (trouble !== '') {
            this.#password.setAttribute('aria-invalid', 'true');
        }
    }
}
