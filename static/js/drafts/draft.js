// @ts-check
/**
 * The draft of one ordinary form, on one page: what is typed is saved, what was typed comes back, and nothing else does.
 *
 * The server is the truth, and the newest version wins, by its number. The browser's storage holds only what is not known
 * to be saved. Owns when something is sent, and what an answer means. Must not know the page, a clock, the network or the
 * storage: they are given to it.
 *
 *     const draft = new Draft({ api, page, storage, clock, version, tell, changed });
 *     await draft.start();
 *     draft.typed()                      somebody changed a field
 *     draft.submitted()                  the form is sent: no autosave comes after it
 *     draft.hurry()                      now rather than in half a second
 *     draft.leave()                      the page goes away
 *     draft.heard(news)                  another tab saved, sent or discarded the same draft
 *     draft.signedIn()                   one is signed in again
 *     draft.stop()                       this browser is another person's now
 *     await draft.discard()              and undo(), keepMine(), loadOther(), keepAsNew(), dismiss()
 *     draft.view                         what there is to be shown; `changed` is called when it has changed
 *
 * @module
 */

import { isNothing, isTooLarge, same } from './data.js';
import { whatIsThere } from './opening.js';
import { Turns } from './turns.js';
import { Unheard } from './unheard.js';
import { lineOf, noticeOf } from './view.js';

/** @typedef {import('./types.js').Copy} Copy */
/** @typedef {import('./types.js').Data} Data */
/** @typedef {import('./types.js').Failure} Failure */
/** @typedef {import('./types.js').News} News */
/** @typedef {import('./types.js').Notice} Notice */
/** @typedef {import('./types.js').Stored} Stored */

export class Draft {
    #api;
    #page;
    #unheard;
    #tell;
    #changed;
    #turns;
    /** @type {import('./types.js').State} */
    #state = 'opening';
    /** The version that what is on the page builds on. */
    #base;
    /** @type {Data | null} what the server has in it; null: not what is on the page */
    #saved = null;
    /** @type {string | null} */
    #savedAt = null;
    /** @type {Data} what is on the page */
    #mine = {};
    #isTyped = false;
    #isSubmitted = false;
    /** @type {Failure | null} */
    #trouble = null;
    /** @type {News} the newest that was heard of, from wherever */
    #news = { version: 0, isOver: false };
    /** @type {Copy | null} what this browser kept, until it is on the page or void */
    #copy = null;
    /** @type {Notice | null} */
    #notice = null;
    /** @type {Data | null} */
    #discarded = null;

    /** @param {import('./types.js').Given} given */
    constructor({ api, page, storage, clock, version, tell, changed }) {
        this.#api = api;
        this.#page = page;
        this.#unheard = new Unheard(storage, clock.now);
        this.#base = version;
        this.#tell = tell;
        this.#changed = changed;
        this.#turns = new Turns(clock, () => void this.#go());
    }

    /** @returns {import('./types.js').View} */
    get view() {
        return {
            line: lineOf({ state: this.#state, saved: this.#saved, isDirty: this.#isDirty, trouble: this.#trouble }),
            message: this.#trouble?.message ?? '',
            savedAt: this.#savedAt,
            cannotKeep: !this.#unheard.canKeep,
            notice: this.#notice,
        };
    }

    /** Whether closing the page would lose something: it is not saved, and the browser does not keep it. */
    get wouldLose() {
        return this.#isDirty && !this.#unheard.canKeep && !this.#isSubmitted && this.#state !== 'stopped';
    }

    async start() {
        this.#mine = this.#page.read();
        this.#isTyped = this.#page.blank === null || !isNothing(this.#wire);
        this.#copy = this.#page.blank === null ? null : this.#unheard.read();
        await this.#open();
    }

    // --- what happens on the page ---------------------------------------------------------------

    typed() {
        this.#mine = this.#page.read();
        this.#isTyped = true;
        this.#isSubmitted = false;
        if (this.#notice?.kind === 'discarded') {
            this.dismiss();
        }
        this.#keep();
        if (this.#state === 'open') {
            this.#turns.afterPause();
        }
        this.#changed();
    }

    submitted() {
        this.#isSubmitted = true;
        this.#turns.cancel();
    }

    hurry() {
        void this.#go();
    }

    leave() {
        const canSend = this.#trouble === null || this.#trouble.kind === 'unreachable';
        if (this.#state === 'open' && canSend && this.#isDirty && !this.#isSubmitted) {
            this.#unheard.sends(this.#wire);
            this.#keep();
            this.#api.saveAndLeave(this.#wire, this.#base);
        }
    }

    /** @param {News} news */
    heard(news) {
        if (news.version > this.#news.version) {
            this.#news = news;
            this.#catchUp();
        }
    }

    signedIn() {
        if (this.#trouble?.kind === 'signed_out') {
            this.#trouble = null;
            this.#changed();
            void this.#go();
        }
    }

    stop() {
        this.#turns.begin();
        this.#state = 'stopped';
        this.#notice = this.#trouble = null;
        this.#unheard.drop();
        this.#changed();
    }

    // --- what somebody decides --------------------------------------------------------------------

    async discard() {
        this.#turns.begin();
        const answer = await this.#turns.ask(this.#api.discard());
        if (answer === null || answer.kind !== 'ended') {
            this.#failed(answer);
            return;
        }
        this.#discarded = this.#wire;
        this.#opened({ version: answer.version, data: {}, savedAt: null });
        this.#show({});
        this.#notice = noticeOf('discarded');
        this.#tell({ version: answer.version, isOver: true });
        this.#catchUp();
    }

    /** What was discarded is a new draft. */
    undo() {
        if (this.#discarded !== null) {
            this.#page.fill(this.#discarded);
            this.dismiss();
            this.typed();
            this.hurry();
        }
    }

    dismiss() {
        this.#notice = this.#discarded = null;
        this.#changed();
    }

    /** Of the two that there are, what is on the page. */
    keepMine() {
        if (this.#state === 'apart') {
            this.#decide(null);
        }
    }

    /** Of the two that there are, what is not on the page. */
    async loadOther() {
        if (this.#state !== 'apart') {
            return;
        }
        if (this.#copy !== null) {
            this.#page.fill(this.#copy.data);
            this.#mine = this.#page.read();
            this.#decide(null);
            return;
        }
        this.#turns.begin();
        const answer = await this.#turns.ask(this.#api.load());
        if (answer === null || answer.kind !== 'stored') {
            this.#failed(answer);
            return;
        }
        this.#opened(answer);
        this.#show(answer.data);
        this.#notice = null;
        this.#catchUp();
    }

    /** What is on the page, although the draft that it was is over. */
    keepAsNew() {
        if (this.#state === 'over') {
            this.#decide({});
        }
    }

    /** @param {Data | null} saved what the server has, if it is known */
    #decide(saved) {
        this.#turns.begin();
        this.#copy = null;
        this.#notice = null;
        // The newest, as it was told: that may be less than this page once had, out of a backup.
        this.#opened({ version: this.#news.version, data: saved, savedAt: null });
        this.#catchUp();
    }

    // --- opening ----------------------------------------------------------------------------------

    async #open() {
        if (this.#copy !== null) {
            this.#unheard.resume(this.#copy);
        }
        const found = await this.#turns.ask(whatIsThere(this.#api, this.#copy, this.#unheard));
        if (found === null) {
            return;
        }
        switch (found.kind) {
            case 'stored':
                this.#copy = null;
                this.#learned(found);
                break;
            case 'copy':
                this.#opened(found.ground);
                this.#restore(found.copy, 'restored');
                this.#tell({ version: this.#base, isOver: false });
                this.#catchUp();
                break;
            case 'both':
                this.#opened({ version: found.copy.base, data: null, savedAt: null });
                this.#restore(found.copy, 'restored');
                if (this.#copy === null) {
                    this.#part({ version: found.version, isOver: false }, noticeOf('changed'));
                }
                break;
            default:
                this.#openedAlone(found);
        }
    }

    /** @param {Stored} stored */
    #learned({ data, version, savedAt }) {
        this.#opened({ data, version, savedAt });
        if (!this.#isTyped && !isNothing(data)) {
            this.#show(data);
            this.#notice = noticeOf('restored', { at: savedAt });
        } else if (this.#page.blank !== null && !isNothing(data) && !same(data, this.#wire)) {
            this.#base = version - 1; // what was typed meanwhile does not build on it
            this.#part({ version, isOver: false }, noticeOf('both', { at: savedAt }));
        }
        this.#tell({ version, isOver: isNothing(data) });
        this.#catchUp();
    }

    /**
     * Nobody answers: what this browser kept is all there is.
     *
     * @param {Failure} failure
     */
    #openedAlone(failure) {
        if (this.#copy !== null && failure.kind !== 'foreign' && failure.kind !== 'signed_out') {
            const copy = this.#copy;
            this.#opened({ version: copy.base, data: null, savedAt: null });
            this.#unheard.resume(copy);
            this.#restore(copy, 'buffered');
        }
        this.#failed(failure);
    }

    /** @param {Copy} copy @param {'restored' | 'buffered'} kind */
    #restore(copy, kind) {
        if (this.#isTyped && !same(this.#wire, copy.data)) {
            const news = { version: Math.max(this.#news.version, this.#base), isOver: false };
            this.#part(news, noticeOf('both', { at: copy.at }));
            return;
        }
        this.#page.fill(copy.data);
        this.#mine = this.#page.read();
        this.#copy = null;
        this.#notice = noticeOf(kind, { at: copy.at });
    }

    // --- saving -----------------------------------------------------------------------------------

    /** Says what has to be said, by one question at a time. */
    async #go() {
        if (this.#turns.isAsking || this.#isSubmitted || this.#trouble?.kind === 'signed_out') {
            return;
        }
        this.#turns.cancel();
        if (this.#state === 'opening') {
            await this.#open();
        } else if (this.#state === 'open' && this.#isDirty) {
            await this.#save(this.#wire);
        }
    }

    /** @param {Data} data */
    async #save(data) {
        if (isTooLarge(data)) {
            this.#failed({ kind: 'too_large', message: '' });
            return;
        }
        this.#unheard.sends(data);
        this.#keep();
        const answer = await this.#turns.ask(this.#api.save(data, this.#base));
        switch (answer?.kind) {
            case 'saved':
                this.#wasSaved({ ...answer, data });
                break;
            case 'conflict':
                if (this.#unheard.isOurs(answer.data)) {
                    this.#wasSaved(answer); // by this page: the answer was not heard
                } else {
                    this.#part({ version: answer.version, isOver: false }, noticeOf('changed', { at: answer.savedAt }));
                }
                break;
            case 'ended':
                if (!this.#isSubmitted) {
                    this.#over({ version: answer.version, isOver: true }, false);
                }
                break;
            default:
                this.#failed(answer);
        }
    }

    /** @param {Omit<Stored, 'kind'>} stored */
    #wasSaved({ data, version, savedAt }) {
        this.#opened({ data, version, savedAt });
        this.#tell({ version, isOver: isNothing(data) });
        this.#catchUp();
    }

    // --- what an answer leads to ------------------------------------------------------------------

    /** @param {import('./types.js').Ground} ground */
    #opened({ version, data, savedAt }) {
        this.#state = 'open';
        this.#base = version;
        this.#saved = data;
        this.#savedAt = savedAt;
        this.#trouble = null;
        this.#unheard.settle();
        this.#turns.answered();
    }

    /** What other tabs told meanwhile; then what was typed meanwhile. */
    #catchUp() {
        if (this.#turns.isAsking) {
            return; // the answer comes first
        }
        const isNews = this.#news.version > this.#base;
        if (isNews && this.#news.isOver && (this.#state === 'open' || this.#state === 'apart')) {
            this.#over(this.#news, true);
        } else if (isNews && this.#state === 'open') {
            this.#part(this.#news, noticeOf('changed', { isTab: true }));
        }
        this.#keep();
        if (this.#state === 'open' && this.#isDirty && !this.#turns.isWaiting) {
            this.#turns.next();
        }
        this.#changed();
    }

    /** @param {News} news @param {Notice} notice */
    #part(news, notice) {
        this.#turns.cancel();
        this.#state = 'apart';
        this.#news = news;
        this.#notice = notice;
        this.#trouble = null;
        this.#unheard.settle();
        this.#keep();
        this.#changed();
    }

    /** @param {News} news @param {boolean} isTab */
    #over(news, isTab) {
        this.#turns.cancel();
        this.#news = news;
        this.#copy = null;
        if (this.#page.blank !== null && isNothing(this.#wire)) {
            this.#opened({ version: news.version, data: {}, savedAt: null }); // what is typed next is another draft
            this.#notice = null;
        } else {
            this.#state = 'over';
            this.#trouble = null;
            this.#notice = noticeOf('over', { isTab });
        }
        this.#keep();
        this.#changed();
    }

    /** @param {Failure | null} failure null: it came too late to matter */
    #failed(failure) {
        if (failure === null) {
            return;
        }
        if (failure.kind === 'foreign') {
            this.stop();
            return;
        }
        this.#trouble = failure;
        if (failure.kind === 'unreachable') {
            this.#turns.again();
        }
        this.#keep();
        this.#changed();
    }

    // --- small things -----------------------------------------------------------------------------

    /** What is sent for what is on the page: nothing, where nothing is typed. */
    get #wire() {
        return this.#page.blank !== null && same(this.#mine, this.#page.blank) ? {} : this.#mine;
    }

    /** Whether what is on the page is not known to be saved. */
    get #isDirty() {
        if (this.#state === 'opening') {
            return this.#isTyped;
        }
        return !this.#unheard.isSettled || this.#saved === null || !same(this.#wire, this.#saved);
    }

    /**
     * Shows what the server has. What a form has lost of it since is not sent before something is typed.
     *
     * @param {Data} data
     */
    #show(data) {
        this.#page.fill(isNothing(data) ? (this.#page.blank ?? {}) : data);
        this.#mine = this.#page.read();
        this.#saved = this.#wire;
        this.#isTyped = false;
    }

    /** Keeps in the browser what is not known to be saved, and only that. What it kept before has to be decided first. */
    #keep() {
        if (this.#copy !== null) {
            return;
        }
        if (this.#state === 'over' || this.#state === 'stopped' || !this.#isDirty) {
            this.#unheard.drop();
            return;
        }
        this.#unheard.keep(this.#base, this.#wire);
    }
}
