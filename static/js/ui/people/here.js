// @ts-check
/**
 * Tells the others where one is: the field, and in a text the selection. At most ten times a second.
 *
 * @typedef {import('../../document/operations.js').Address} Address
 * @typedef {Pick<import('../../sync/client.js').SyncClient, 'focus' | 'blur'>} Client
 */

const EVERY = 100;

export class Here {
    #client;
    #places;
    #selectionIn;
    #said = '';
    #last = -Infinity;
    /** @type {number | null} */
    #timer = null;

    /**
     * @param {Client} client
     * @param {import('../places.js').Places} places
     * @param {(target: EventTarget | null) => [number, number] | null} selectionIn
     */
    constructor(client, places, selectionIn) {
        this.#client = client;
        this.#places = places;
        this.#selectionIn = selectionIn;
    }

    /** @param {HTMLElement} root */
    listen(root) {
        root.addEventListener('focusin', () => this.#changed());
        root.addEventListener('focusout', () => this.#changed());
        root.addEventListener('input', () => this.#changed());
        document.addEventListener('selectionchange', () => this.#changed());
        document.addEventListener('visibilitychange', () => this.#changed());
    }

    /** The field one is in. @returns {Address | null} */
    get address() {
        return this.#places.addressOf(document.activeElement);
    }

    /** After a new connection the others must be told again. */
    again() {
        this.#said = '';
        this.#changed();
    }

    #changed() {
        this.#timer ??= window.setTimeout(() => this.#tell(), Math.max(0, this.#last + EVERY - performance.now()));
    }

    #tell() {
        this.#timer = null;
        const at = document.visibilityState === 'visible' ? this.address : null;
        const selection = at === null ? null : this.#selectionIn(document.activeElement);
        const said = JSON.stringify([at, selection]);
        if (said === this.#said) {
            return;
        }
        this.#said = said;
        this.#last = performance.now();
        if (at === null) {
            this.#client.blur();
        } else {
            this.#client.focus(at, selection);
        }
    }
}
