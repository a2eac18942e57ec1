// @ts-check
/**
 * What the page says of the form as a whole: its title, its status, and that it is closed for good. (That one is signed
 * out is said by `session/ended.js`.)
 *
 * @typedef {import('../sync/types.js').Status} Status
 */

import { button, find, make, say } from './dom.js';

const READ_ONLY = {
    closed: 'This form is closed for now: you can read it. What you typed and could not be saved is kept on this page.',
    viewer: 'You can only view this form now. What you typed and could not be saved is kept on this page.',
};

export class Head {
    #root;
    #announcer;

    /**
     * @param {HTMLElement} root
     * @param {import('./announcer.js').Announcer} announcer
     */
    constructor(root, announcer) {
        this.#root = root;
        this.#announcer = announcer;
    }

    /** @param {{title: string, status: string} | null} form */
    draw(form) {
        if (form === null) {
            return;
        }
        say(find(this.#root, '[data-form-title]'), form.title);
        document.title = `${form.title} · Formroom`;
        const chip = find(this.#root, '[data-form-status]');
        const words = form.status.charAt(0).toLocaleUpperCase() + form.status.slice(1).replaceAll('_', ' ');
        if (chip.textContent !== words) {
            say(chip, words);
            chip.className = `chip chip-${form.status}`;
            this.#announcer.tell(`The form is ${words} now.`);
        }
    }

    /**
     * Why a page that was made for somebody who may edit can only be read now.
     *
     * @param {'closed' | 'viewer' | null} why null: it can be edited
     */
    readOnly(why) {
        const banner = find(this.#root, '[data-banner]');
        const text = why === null ? '' : READ_ONLY[why];
        if (banner.textContent === text) {
            return;
        }
        banner.hidden = why === null;
        banner.className = 'banner banner-view';
        say(banner, text);
        if (text !== '') {
            this.#announcer.tell(text);
        }
    }

    /**
     * @param {Status} status
     * @param {{copy: () => void}} ways
     */
    closed(status, { copy }) {
        const banner = find(this.#root, '[data-banner]');
        const { title, text, link } = words(status);
        const actions = [
            link === null ? null : make('a', { class: 'button button-small', href: link.href, text: link.text }),
        ];
        if (status.waiting > 0) {
            actions.push(button('Copy what was not saved', copy));
        }
        banner.className = 'banner banner-closed';
        banner.setAttribute('role', 'alert');
        banner.replaceChildren(
            make('h2', { text: title }),
            make('p', { text }),
            make('div', { class: 'actions' }, ...actions),
        );
        banner.hidden = false;
    }
}

/**
 * @param {Status} status
 * @returns {{title: string, text: string, link: {href: string, text: string} | null}}
 */
function words({ code, reason, waiting }) {
    const kept =
        waiting === 0
            ? 'Everything you wrote is saved.'
            : 'What was not saved is still on this page: copy it before you leave.';
    switch (code) {
        case 4403:
            return { title: 'This form is not open to you any more', text: kept, link: null };
        case 4404:
            return { title: 'This form is not there any more', text: kept, link: null };
        default:
            return {
                title: 'This page is closed',
                text: `${reason ?? ''} ${kept}`.trim(),
                link: { href: location.pathname, text: 'Open it anew' },
            };
    }
}
