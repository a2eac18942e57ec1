// @ts-check
/**
 * The history of one field, at the side of the page: its changes from the log, the newest first, live.
 *
 * Owns which field it is of and what is known of it. A value is restored as any other is set: by an op that colleagues
 * see and that its author can undo. What goes to the server goes through `load`.
 *
 * @typedef {import('../../document/operations.js').Address} Address
 * @typedef {import('../submitting/asking.js').Outcome} Outcome
 * @typedef {import('./changes.js').Change} Change
 * @typedef {Pick<import('../../sync/client.js').SyncClient, 'value' | 'cell' | 'set' | 'hasRow' | 'you'>} Client
 */

import { sameValue } from '../../document/values.js';
import { find, say } from '../dom.js';
import { troubleOf } from '../submitting/words.js';
import { NOTHING, beforeWhich, withNewest, withOlder } from './changes.js';
import { entry, firstEntry } from './entry.js';
import { wordsOfChange, wordsOfNews } from './words.js';

const SOON = 300;

export class HistoryPanel {
    #client;
    #places;
    #page;
    #zone;
    #load;
    #dialog;
    #list;
    #more;
    /** @type {Address | null} */
    #address = null;
    #known = NOTHING;
    /** The version of the field that is known, and whether it is being asked for. */
    #seen = -1;
    #isAsking = false;
    /** @type {number | null} */
    #soon = null;

    /**
     * @param {HTMLElement} root
     * @param {Client} client
     * @param {{
     *   places: import('../places.js').Places,
     *   show: (address: Address, value: any) => string,
     *   draw: (address: Address) => void,
     *   isOpen: () => boolean,
     * }} page `draw`: shows a value that was set here; `isOpen`: whether one can be
     * @param {{zone: string, load: (address: Address, before: number | null) => Promise<Outcome>}} ways
     */
    constructor(root, client, page, { zone, load }) {
        this.#client = client;
        this.#places = page.places;
        this.#page = page;
        this.#zone = zone;
        this.#load = load;
        this.#dialog = /** @type {HTMLDialogElement} */ (find(root, '[data-history]'));
        this.#list = find(this.#dialog, '[data-history-list]');
        this.#more = find(this.#dialog, '[data-history-more]');
        this.#more.addEventListener('click', () => void this.#older());
        find(this.#dialog, '[data-close-history]').addEventListener('click', () => this.#dialog.close());
        this.#dialog.addEventListener('click', (event) => event.target === this.#dialog && this.#dialog.close());
        this.#dialog.addEventListener('close', () => this.#forget());
    }

    /** @param {Address} address */
    open(address) {
        if (this.#dialog.open) {
            return;
        }
        this.#address = address;
        say(find(this.#dialog, 'h2'), `History of ${this.#places.nameOf(address)}`);
        this.#tell('Asking for it …');
        this.#draw();
        this.#dialog.showModal();
        find(this.#dialog, 'h2').focus();
        void this.#newest();
    }

    close() {
        this.#dialog.close();
    }

    /** Something of the form changed: is it this field? */
    check() {
        if (this.#address !== null && this.#seen >= 0) {
            this.#draw();
            if (this.#client.cell(this.#address).version !== this.#seen) {
                this.#soon ??= window.setTimeout(() => {
                    this.#soon = null;
                    void this.#newest();
                }, SOON);
            }
        }
    }

    #forget() {
        this.#address = null;
        this.#known = NOTHING;
        this.#seen = -1;
        this.#list.replaceChildren(); // I7: what a closed panel held is not kept on the page
    }

    async #newest() {
        const address = this.#address;
        if (address === null || this.#isAsking) {
            return;
        }
        const seen = this.#client.cell(address).version;
        const outcome = await this.#ask(address, null);
        if (outcome === null || address !== this.#address) {
            return;
        }
        const isFirst = this.#seen < 0;
        const before = this.#known.changes[0]?.version;
        this.#seen = seen;
        this.#known = withNewest(this.#known, outcome);
        const newest = this.#known.changes[0];
        const isNews = !isFirst && newest?.version !== before;
        this.#tell(isNews ? wordsOfNews(newest, this.#client.you?.user.id ?? null) : '');
        this.#draw();
        this.check(); // what came meanwhile
    }

    async #older() {
        const address = this.#address;
        if (address === null || this.#isAsking) {
            return;
        }
        if (this.#seen < 0) {
            await this.#newest(); // that failed before
            return;
        }
        const page = await this.#ask(address, beforeWhich(this.#known));
        if (page !== null && address === this.#address) {
            this.#known = withOlder(this.#known, page);
            this.#tell('');
            this.#draw();
        }
    }

    /**
     * @param {Address} address
     * @param {number | null} before
     * @returns {Promise<import('./changes.js').Page | null>} null: it failed, and was told
     */
    async #ask(address, before) {
        this.#isAsking = true;
        const outcome = await this.#load(address, before);
        this.#isAsking = false;
        if (outcome.done) {
            return outcome.body;
        }
        if (outcome.code === 'signed_out') {
            this.#dialog.close(); // the session's dialog takes over
        } else if (address === this.#address) {
            this.#tell(troubleOf(outcome));
            this.#draw();
        }
        return null;
    }

    // --- what is shown -----------------------------------------------------------------------------

    #draw() {
        const address = this.#address;
        if (address === null) {
            return;
        }
        const { changes, more } = this.#known;
        const isKnown = this.#seen >= 0;
        this.#more.hidden = isKnown ? !more : !this.#hasFailed;
        say(this.#more, isKnown ? 'Show older changes' : 'Try again');
        const items = changes.map((change, index) => this.#entry(address, change, index === 0));
        if (isKnown && !more) {
            const first = changes.at(-1)?.before ?? (changes.length === 0 ? this.#client.value(address) : null);
            items.push(firstEntry(this.#page.show(address, first), this.#wayBack(address, first)));
        }
        this.#put(items);
    }

    get #hasFailed() {
        return !this.#isAsking && find(this.#dialog, '[data-history-status]').textContent !== '';
    }

    /**
     * Only what differs is replaced: one reads there, and may have the focus in it.
     *
     * @param {HTMLElement[]} items
     */
    #put(items) {
        const old = new Map([...this.#list.children].map((item) => [item.outerHTML, item]));
        const hadFocus = this.#list.contains(document.activeElement);
        this.#list.replaceChildren(...items.map((item) => (old.get(item.outerHTML) ?? item)));
        if (hadFocus && !this.#list.contains(document.activeElement)) {
            find(this.#dialog, 'h2').focus();
        }
    }

    /**
     * @param {Address} address
     * @param {Change} change
     * @param {boolean} isNewest
     */
    #entry(address, change, isNewest) {
        const words = wordsOfChange(change, {
            you: this.#client.you?.user.id ?? null,
            zone: this.#zone,
            now: new Date(),
            merges: this.#places.definitionOf(address)?.merges ?? false,
        });
        const isNow = isNewest && this.#isThere(address, change.after);
        /** @param {any} value */
        const show = (value) => this.#page.show(address, value);
        return entry(change, words, { show, isNow, restore: this.#wayBack(address, change.after) });
    }

    /**
     * @param {Address} address
     * @param {any} value
     * @returns {(() => void) | null} null: it is what stands there, or it cannot be changed
     */
    #wayBack(address, value) {
        const isGone = address.table !== undefined && !this.#client.hasRow(address.table, address.row);
        if (isGone || !this.#page.isOpen() || this.#isThere(address, value)) {
            return null;
        }
        return () => {
            this.#client.set(address, value);
            this.#page.draw(address);
            this.#tell('Restored. You can undo it like anything else you write.');
            this.check();
        };
    }

    /**
     * @param {Address} address
     * @param {any} value
     */
    #isThere(address, value) {
        return sameValue(this.#client.value(address) || null, value || null) || this.#client.value(address) === value;
    }

    /** @param {string} text */
    #tell(text) {
        say(find(this.#dialog, '[data-history-status]'), text);
    }
}
