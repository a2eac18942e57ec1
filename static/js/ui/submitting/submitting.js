// @ts-check
/**
 * Submitting on the form's page, put together: the button, the question, what is missing, and what is said of a form
 * that is submitted.
 *
 * Owns when the list is drawn again. The steps are `asking.js`'s, the words `words.js`'s; what goes to the server goes
 * through `ways`.
 *
 * @typedef {import('../../document/operations.js').Address} Address
 * @typedef {import('../../document/completeness.js').Shortcoming} Shortcoming
 * @typedef {import('../../sync/client.js').SyncClient} SyncClient
 * @typedef {import('./asking.js').Outcome} Outcome
 * @typedef {import('./words.js').Submission} Submission
 */

import { shortcomings } from '../../document/completeness.js';
import { find, goTo, say } from '../dom.js';
import { wholeTime } from '../instants.js';
import { Asking } from './asking.js';
import { SubmitDialog } from './dialog.js';
import { ProblemList } from './list.js';
import { problemsOf } from './problems.js';
import { ReopenDialog } from './reopening.js';
import { Typing } from './typing.js';
import { submittedBy, wordsOfAsking } from './words.js';

const FOLLOWING = 4; // Node.DOCUMENT_POSITION_FOLLOWING
const SOON = 150;
const EVERY = 1000;

export class Submitting {
    #root;
    #client;
    #places;
    #notes;
    #announcer;
    #zone;
    #canEdit;
    #asking;
    #dialog;
    #list;
    #reopening;
    #typing = new Typing();
    /** @type {import('./problems.js').Told[]} */
    #told = [];
    #isListed = false;
    #isSignedOut = false;
    /** What this page has just done to the form, so that the focus goes where it is told. */
    #done = { submit: false, reopen: false };
    /** @type {number | null} */
    #soon = null;

    /**
     * @param {HTMLElement} root
     * @param {SyncClient} client
     * @param {{
     *   places: import('../places.js').Places,
     *   notes: import('../notes.js').Notes,
     *   announcer: import('../announcer.js').Announcer,
     * }} page
     * @param {{
     *   zone: string,
     *   canEdit: boolean,
     *   submit: () => Promise<Outcome>,
     *   reopen: (reason: string) => Promise<Outcome>,
     * }} ways
     */
    constructor(root, client, { places, notes, announcer }, { zone, canEdit, submit, reopen }) {
        this.#root = root;
        this.#client = client;
        this.#places = places;
        this.#notes = notes;
        this.#announcer = announcer;
        this.#zone = zone;
        this.#canEdit = canEdit;
        this.#asking = new Asking({
            look: () => this.#look(),
            post: () => this.#sent(submit),
            drawn: () => this.#drawDialog(),
            found: (problems) => this.#found(problems),
        });
        const ways = { confirm: () => void this.#asking.confirm(), cancel: () => this.#asking.cancel() };
        this.#dialog = canEdit ? new SubmitDialog(root, ways) : null;
        this.#list = new ProblemList(root, places, {
            submit: () => this.#asking.press(),
            hide: () => this.#unlist(),
        });
        this.#reopening = canEdit ? this.#offerReopening(reopen) : null;
        if (canEdit) {
            find(root, '[data-submit]').addEventListener('click', () => this.#asking.press());
            setInterval(() => this.#dialog?.isOpen && this.#drawDialog(), EVERY);
        }
    }

    /** Title, status or access changed. @param {{isSignedOut: boolean}} options */
    drawForm({ isSignedOut }) {
        this.#isSignedOut = isSignedOut;
        this.#drawButton();
        this.#drawBanner();
        if (!this.#isOpen) {
            this.#unlist();
        }
        this.#asking.check();
        this.#drawDialog();
        if (isSignedOut) {
            this.#dialog?.hide();
            this.#reopening?.hide();
        }
    }

    /**
     * A field or the rows of a table changed, here or elsewhere.
     *
     * @param {{id: string, name: string} | null} [by] who of the others
     */
    changed(by = null) {
        if (by !== null) {
            this.#typing.changed(by, performance.now());
        }
        if (this.#isListed) {
            this.#soon ??= window.setTimeout(() => {
                this.#soon = null;
                this.#drawList();
            }, SOON);
        }
    }

    /** The connection or what is saved changed. */
    statusChanged() {
        this.#asking.check();
        this.changed();
    }

    get #form() {
        return /** @type {{status: string, submission?: Submission | null} | null} */ (this.#client.form);
    }

    get #isOpen() {
        return this.#form?.status === 'open';
    }

    #look() {
        const { kind, waiting, refused } = this.#client.status;
        return {
            isOpen: this.#isOpen,
            isSaved: kind === 'saved' && waiting === 0,
            isClear: refused === 0 && this.#problems().length === 0,
        };
    }

    /** @param {() => Promise<Outcome>} submit */
    async #sent(submit) {
        const outcome = await submit();
        this.#done.submit = outcome.done;
        return outcome;
    }

    // --- what is missing ---------------------------------------------------------------------------

    /** @returns {Shortcoming[]} */
    #problems() {
        const { definition } = this.#client;
        if (definition === null) {
            return [];
        }
        const unfinished = this.#notes.unsavedPlaces.map((address) => ({
            ...address,
            code: 'unfinished',
            message: this.#notes.textAt(address),
        }));
        const own = shortcomings(definition, this.#client);
        const found = problemsOf([...own, ...unfinished], this.#told, this.#client);
        return found.length === own.length ? found : this.#inOrder(found);
    }

    /**
     * As they stand on the page.
     *
     * @param {Shortcoming[]} problems
     */
    #inOrder(problems) {
        const placed = problems.map((problem) => ({ problem, place: this.#places.at(problem) }));
        placed.sort(({ place: one }, { place: other }) => {
            const isBefore = one !== null && other !== null && one.compareDocumentPosition(other) & FOLLOWING;
            return one === other ? 0 : isBefore ? -1 : 1;
        });
        return placed.map(({ problem }) => problem);
    }

    /** @param {any[]} told by the server */
    #found(told) {
        this.#told = told.map((problem) => ({ ...problem, value: this.#client.value(problem) ?? null }));
        const problems = this.#problems();
        if (problems.length === 0 && this.#client.status.refused > 0) {
            find(this.#root, '[data-next-attention]').click();
            this.#announcer.tell('First decide about what was not saved.');
            return;
        }
        this.#isListed = true;
        problems.forEach((address) => {
            this.#notes.visited(address);
            this.#notes.judge(address, this.#client.value(address));
        });
        this.#drawList();
        this.#list.visit();
    }

    #drawList() {
        if (this.#isListed) {
            const problems = this.#problems();
            const wasDone = find(this.#root, '[data-problems]').classList.contains('is-done');
            this.#list.draw(problems);
            if (problems.length === 0 && !wasDone) {
                this.#announcer.tell('Nothing is missing any more. The form can be submitted.');
            }
        }
    }

    #unlist() {
        this.#isListed = false;
        this.#told = [];
        this.#list.hide();
    }

    // --- what is said ------------------------------------------------------------------------------

    #drawButton() {
        if (this.#canEdit) {
            find(this.#root, '[data-submit]').hidden = !this.#isOpen || !this.#client.mayEdit || this.#isSignedOut;
        }
    }

    #drawDialog() {
        const { step } = this.#asking;
        if (step.kind === 'idle') {
            this.#dialog?.hide();
            this.#leadToBanner();
            return;
        }
        const { kind, waiting } = this.#client.status;
        const typing = this.#typing.names(this.#client.others, performance.now());
        const submission = this.#form?.submission ?? null;
        const isOnline = kind === 'saved' || kind === 'saving';
        const facts = { waiting, isOnline, typing, submission, zone: this.#zone, now: new Date() };
        this.#dialog?.show(wordsOfAsking(step, facts));
    }

    #drawBanner() {
        const banner = find(this.#root, '[data-submitted]');
        const submission = this.#form?.status === 'submitted' ? (this.#form.submission ?? null) : null;
        banner.hidden = submission === null;
        if (submission === null) {
            this.#opened();
            return;
        }
        const text = find(banner, '[data-submitted-text]');
        say(text, `${submittedBy(submission, this.#zone, new Date())} · version ${submission.version}`);
        text.title = wholeTime(submission.at, this.#zone);
        if (this.#canEdit) {
            find(banner, '[data-reopen]').hidden = !this.#client.mayEdit || this.#isSignedOut;
        }
        this.#leadToBanner();
    }

    /** Who has submitted it finds the focus there: not before the dialog is closed, and the room has told it. */
    #leadToBanner() {
        const banner = find(this.#root, '[data-submitted]');
        if (this.#done.submit && this.#asking.step.kind === 'idle' && !banner.hidden) {
            this.#done.submit = false;
            goTo(find(banner, '[data-submitted-text]'));
        }
    }

    #opened() {
        if (this.#done.reopen && this.#isOpen) {
            this.#done.reopen = false;
            find(this.#root, 'main').focus({ preventScroll: true });
        }
    }

    /** @param {(reason: string) => Promise<Outcome>} reopen */
    #offerReopening(reopen) {
        const dialog = new ReopenDialog(this.#root, {
            post: reopen,
            done: () => {
                this.#done.reopen = true;
                this.#opened();
            },
        });
        find(this.#root, '[data-reopen]').addEventListener('click', () => dialog.open());
        return dialog;
    }
}
