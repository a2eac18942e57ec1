// @ts-check
/**
 * Gives every form of the page that says so, `data-draft="…"`, a draft: put together.
 *
 * The `{% draft %}` tag within the form brings the rest: whose it is, where to, and this script. The one place that knows
 * the net, the state, the browser's storage and what is shown.
 */

import { Draft } from './drafts/draft.js';
import { KeptDraft, sweepDrafts } from './kept-drafts.js';
import { DraftApi, joinDraft } from './net/drafts.js';
import { browser } from './net/environment.js';
import { joinTabs } from './net/tabs.js';
import { find } from './ui/dom.js';
import { Fields } from './ui/drafts/fields.js';
import { DraftStatus } from './ui/drafts/status.js';
import { refreshTokens } from './ui/session/tokens.js';

const { setTimeout, clearTimeout, random, on } = browser;
const clock = { now: Date.now, setTimeout, clearTimeout, random };

/** @param {HTMLFormElement} form */
function keepDraftOf(form) {
    const place = find(form, '[data-draft-of]');
    const { draftOf = '', draftUser: user = '', draftVersion, save = '', load = '', discard = '' } = place.dataset;
    if (draftOf !== form.dataset.draft) {
        throw new Error(`The form's draft is ${form.dataset.draft}, that of the tag in it ${draftOf}.`);
    }
    const whose = { user, form: draftOf };
    const token = { read: () => tokenOf(form), write: refreshTokens };
    const fields = new Fields(form, place.hasAttribute('data-draft-filled'));
    const draft = new Draft({
        api: new DraftApi({ ...whose, save, load, discard }, token),
        page: fields,
        storage: new KeptDraft(whose),
        clock,
        version: Number(draftVersion),
        tell: joinDraft(whose, (news) => draft.heard(news)),
        changed: () => {
            const { view } = draft;
            form.dataset.draftState = view.line;
            status.draw(view);
        },
    });
    const status = new DraftStatus(form, find(place, '[data-draft-line]'), {
        discard: () => void draft.discard(),
        undo: () => draft.undo(),
        dismiss: () => draft.dismiss(),
        keepMine: () => draft.keepMine(),
        loadOther: () => void draft.loadOther(),
        keepAsNew: () => draft.keepAsNew(),
    });
    listen(form, fields, draft);
    joinTabs((message) => followSignIn(message, user, draft));
    sweepDrafts(user);
    void draft.start();
}

/**
 * @param {HTMLFormElement} form
 * @param {Fields} fields
 * @param {Draft} draft
 */
function listen(form, fields, draft) {
    for (const type of ['input', 'change']) {
        document.addEventListener(type, (event) => fields.isTyping(event) && draft.typed());
    }
    form.addEventListener('reset', () => setTimeout(() => draft.typed(), 0)); // it is empty only after this
    window.addEventListener('submit', (event) => event.target === form && !event.defaultPrevented && draft.submitted());
    window.addEventListener('pagehide', () => draft.leave());
    window.addEventListener('beforeunload', (event) => draft.wouldLose && event.preventDefault());
    on('online', () => draft.hurry());
    on('visibilitychange', () => !browser.isVisible() && draft.hurry());
}

/**
 * @param {import('./protocol/messages.js').TabMessage} message
 * @param {string} user
 * @param {Draft} draft
 */
function followSignIn(message, user, draft) {
    if (message.type === 'here' && message.user === user) {
        draft.signedIn();
    } else if (message.type === 'left' || message.type === 'here') {
        draft.stop();
    }
}

/** @param {HTMLFormElement} form */
function tokenOf(form) {
    return /** @type {HTMLInputElement | null} */ (form.elements.namedItem('csrfmiddlewaretoken'))?.value ?? '';
}

document.querySelectorAll('form[data-draft]').forEach((form) => keepDraftOf(/** @type {HTMLFormElement} */ (form)));
