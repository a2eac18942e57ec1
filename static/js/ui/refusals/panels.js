// @ts-check
/**
 * Where the panels of refused edits stand: beside the field; below the row of a cell; for what has no place any more,
 * in the list at the top. What leads through them is `attention.js`.
 *
 * @typedef {import('../../sync/types.js').Refusal} Refusal
 * @typedef {import('../../document/operations.js').Address} Address
 * @typedef {Pick<import('../../sync/client.js').SyncClient, 'refusals' | 'retry' | 'dismiss' | 'form' | 'you'>} Client
 */

import { rowOf } from '../../document/operations.js';
import { find, goTo, make } from '../dom.js';
import { focusableIn } from '../places.js';
import { copyText } from '../copy.js';
import { Attention } from './attention.js';
import { panel, titleOf, wordsOf } from './panel.js';

export class Panels {
    #root;
    #client;
    #places;
    #show;
    #announcer;
    /** @type {Map<string, {element: HTMLElement, stand: HTMLElement, drawn: string}>} by the refusal's id */
    #panels = new Map();
    #attention;

    /**
     * @param {HTMLElement} root
     * @param {Client} client
     * @param {import('../places.js').Places} places
     * @param {(address: Address, value: any) => string} show
     * @param {import('../announcer.js').Announcer} announcer
     */
    constructor(root, client, places, show, announcer) {
        this.#root = root;
        this.#client = client;
        this.#places = places;
        this.#show = show;
        this.#announcer = announcer;
        this.#attention = new Attention(root, (id) => this.#visit(id), announcer);
    }

    draw() {
        const refusals = [...this.#client.refusals];
        const open = new Set(refusals.map((refusal) => refusal.id));
        for (const [id, { stand, element }] of this.#panels) {
            if (!open.has(id)) {
                this.#take(id, stand, element);
            }
        }
        refusals.forEach((refusal) => this.#drawOne(refusal));
        this.#attention.draw(
            refusals.map((refusal) => ({
                id: refusal.id,
                words: `${this.#nameOf(refusal)}: ${this.#titleOf(refusal)}`,
                stand: /** @type {{stand: HTMLElement}} */ (this.#panels.get(refusal.id)).stand,
            })),
        );
    }

    /** Rows were put in another order: what stands below a row goes with it. */
    rowsChanged() {
        for (const refusal of this.#client.refusals) {
            const known = this.#panels.get(refusal.id);
            const isUsed = known?.element.contains(document.activeElement) && this.#rowOf(refusal) !== null;
            if (known !== undefined && !isUsed) {
                known.stand = this.#stand(refusal, known.stand);
            }
        }
    }

    /** @param {Refusal} refusal */
    #drawOne(refusal) {
        const known = this.#panels.get(refusal.id);
        const drawn = JSON.stringify([
            refusal.kind,
            refusal.code,
            refusal.message,
            refusal.mine,
            refusal.current,
            refusal.by,
            this.#titleOf(refusal),
        ]);
        if (known?.drawn === drawn) {
            known.stand = this.#stand(refusal, known.stand);
            return;
        }
        const element = this.#make(refusal);
        const pressed =
            known === undefined ? -1 : buttonsOf(known.element).indexOf(/** @type {any} */ (document.activeElement));
        const stand = this.#stand(refusal, known?.stand ?? this.#standFor(refusal));
        slotIn(stand).replaceChildren(element, this.#attention.stepper(refusal.id));
        this.#panels.set(refusal.id, { element, stand, drawn });
        buttonsOf(element)[pressed]?.focus();
        if (known === undefined) {
            this.#announcer.tell(`${this.#nameOf(refusal)}: ${this.#titleOf(refusal)} The choice is beside it.`);
        }
    }

    /** @param {Refusal} refusal */
    #make(refusal) {
        const { id, address } = refusal;
        /** @param {any} value */
        const show = (value) => (address === null ? String(value ?? '') : this.#show(address, value));
        return panel(refusal, { name: this.#nameOf(refusal), title: this.#titleOf(refusal) }, show, {
            keep: () => this.#client.retry(id),
            give: () => this.#client.dismiss(id),
            copy: () =>
                void copyText(wordsOf(refusal.mine, show)).then((done) =>
                    this.#announcer.tell(done ? 'Copied.' : 'Copying is not allowed here.'),
                ),
        });
    }

    /**
     * What holds a panel: a row of its own in a table, else a plain box.
     *
     * @param {Refusal} refusal
     * @returns {HTMLElement}
     */
    #standFor(refusal) {
        const isInTable = refusal.address === null || refusal.address.table !== undefined;
        return isInTable && this.#rowOf(refusal) !== null
            ? make('tr', { class: 'row-notice', role: 'row' }, make('td', { role: 'cell' }))
            : make('div');
    }

    /**
     * Puts the panel where it belongs, if it is not there.
     *
     * @param {Refusal} refusal
     * @param {HTMLElement} stand
     * @returns {HTMLElement} where it stands now: what stood below a row that is gone stands in the list
     */
    #stand(refusal, stand) {
        const row = this.#rowOf(refusal);
        if (stand.tagName === 'TR' && row === null) {
            const other = make('div', {}, ...slotIn(stand).children);
            stand.remove();
            return this.#stand(refusal, other);
        }
        if (row !== null && stand.tagName === 'TR') {
            if (stand.previousElementSibling !== row) {
                row.after(stand);
            }
            return stand;
        }
        const place =
            refusal.address === null || refusal.address.table !== undefined ? null : this.#places.at(refusal.address);
        const parent = place === null ? this.#attention.item(refusal.id) : find(place, '[data-panel]');
        if (stand.parentElement !== parent) {
            parent.append(stand);
        }
        return stand;
    }

    /**
     * @param {string} id
     * @param {HTMLElement} stand
     * @param {HTMLElement} element
     */
    #take(id, stand, element) {
        const wasHere = element.contains(document.activeElement);
        const place = stand.closest('.field') ?? stand.previousElementSibling;
        stand.remove();
        this.#panels.delete(id);
        if (wasHere) {
            // The one who decided goes on where it was decided about.
            (place instanceof HTMLElement ? focusableIn(place) : find(this.#root, 'main'))?.focus();
        }
    }

    /** @param {string} id */
    #visit(id) {
        const element = this.#panels.get(id)?.element;
        const first = element === undefined ? undefined : buttonsOf(element)[0];
        if (first !== undefined) {
            goTo(first);
        }
    }

    /**
     * @param {Refusal} refusal
     * @returns {HTMLElement | null}
     */
    #rowOf({ op }) {
        const at = rowOf(op);
        return at === null ? null : this.#places.row(at.table, at.row);
    }

    /** @param {Refusal} refusal */
    #titleOf(refusal) {
        return titleOf(refusal, { form: this.#client.form, you: this.#client.you?.user.id ?? null });
    }

    /** @param {Refusal} refusal */
    #nameOf({ address, op }) {
        if (address !== null) {
            return this.#places.nameOf(address);
        }
        const at = rowOf(op);
        return at === null ? 'Form' : this.#places.nameOfTable(at.table);
    }
}

/** @param {HTMLElement} stand */
function slotIn(stand) {
    return stand.querySelector('td') ?? stand;
}

/**
 * @param {HTMLElement} element
 * @returns {HTMLButtonElement[]}
 */
function buttonsOf(element) {
    return [...element.querySelectorAll('button')];
}
