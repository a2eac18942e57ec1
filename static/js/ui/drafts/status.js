// @ts-check
/**
 * What a person sees of a draft: a line that says whether it is saved, and a notice where there is something to decide.
 *
 * The line is for who looks for it: only what went wrong is spoken. A notice that comes with the page stands at the top of
 * the form, one that comes while somebody types below it, where it moves nothing. Must not know what a button leads to.
 *
 * @typedef {import('../../drafts/types.js').View} View
 * @typedef {import('../../drafts/types.js').Notice} Notice
 * @typedef {{
 *   discard: () => void, undo: () => void, dismiss: () => void,
 *   keepMine: () => void, loadOther: () => void, keepAsNew: () => void,
 * }} Ways
 */

import { button, make, say } from '../dom.js';
import { lineWords, noticeWords, timeOf } from './words.js';

const LATE = new Set(['changed', 'over']);
const CALM = new Set(['none', 'saving', 'saved']);

export class DraftStatus {
    #form;
    #line;
    #ways;
    #text = make('p', { class: 'draft-notice-text' });
    #buttons = make('div', { class: 'draft-notice-ways' });
    #notice = make('div', { class: 'draft-notice', role: 'status', 'data-draft-notice': true }, this.#text, this.#buttons);
    /** @type {string | null} */
    #kind = null;

    /**
     * @param {HTMLFormElement} form
     * @param {HTMLElement} line
     * @param {Ways} ways
     */
    constructor(form, line, ways) {
        this.#form = form;
        this.#line = line;
        this.#ways = ways;
        this.#notice.hidden = true;
        form.prepend(this.#notice);
    }

    /** @param {View} view */
    draw(view) {
        const time = (/** @type {string} */ at) => timeOf(at, new Date());
        this.#line.setAttribute('aria-live', CALM.has(view.line) ? 'off' : 'polite');
        this.#line.className = `draft-state draft-state-${view.line}`;
        say(this.#line, lineWords(view, time));
        this.#drawNotice(view.notice, time);
    }

    /**
     * @param {Notice | null} notice
     * @param {import('./words.js').Time} time
     */
    #drawNotice(notice, time) {
        const kind = notice?.kind ?? null;
        const isFocused = this.#notice.contains(document.activeElement);
        this.#notice.hidden = notice === null;
        if (notice !== null) {
            say(this.#text, noticeWords(notice, time));
        }
        if (kind !== this.#kind) {
            this.#kind = kind;
            if (LATE.has(String(kind))) {
                this.#line.before(this.#notice);
            } else {
                this.#form.prepend(this.#notice);
            }
            this.#notice.className = `draft-notice draft-notice-${kind}`;
            this.#buttons.replaceChildren(...this.#buttonsFor(kind));
            if (isFocused) {
                const next = this.#buttons.querySelector('button') ?? this.#notice.closest('form')?.elements[0];
                /** @type {HTMLElement | undefined} */ (next)?.focus();
            }
        }
    }

    /** @param {Notice['kind'] | null} kind */
    #buttonsFor(kind) {
        const ways = this.#ways;
        const keep = button('OK', ways.dismiss);
        switch (kind) {
            case 'restored':
            case 'buffered':
                return [button('Discard', ways.discard), keep];
            case 'discarded':
                return [button('Undo', ways.undo), keep];
            case 'changed':
                return [button('Load theirs', ways.loadOther), button('Keep mine', ways.keepMine)];
            case 'both':
                return [button('Load it', ways.loadOther), button('Keep what is here', ways.keepMine)];
            case 'over':
                return [button('Keep it as a new draft', ways.keepAsNew)];
            default:
                return [];
        }
    }
}
