// @ts-check
/**
 * What leads through the edits that need a decision: the count in the bar, the list at the top, F8 and Shift+F8, and below
 * each panel the way to the one before and the next.
 *
 * Owns their order, which is that of the page, and where one is in it. Must not know what was refused, nor why.
 *
 * @typedef {{id: string, words: string, stand: HTMLElement}} Item `words`: the place and what happened there; `stand`: what
 *   holds its panel
 */

import { button, find, make, say } from '../dom.js';

const FOLLOWING = 4; // Node.DOCUMENT_POSITION_FOLLOWING

export class Attention {
    #section;
    #list;
    #next;
    #visit;
    #announcer;
    /** @type {Item[]} in the order of the page */
    #items = [];
    /** @type {Map<string, {element: HTMLElement, place: HTMLElement}>} by id, below each panel */
    #steppers = new Map();
    /** @type {{id: string, place: Element | null}} where one was last; what holds a panel stays when that goes */
    #last = { id: '', place: null };

    /**
     * @param {HTMLElement} root
     * @param {(id: string) => void} visit puts the focus on its choices
     * @param {import('../announcer.js').Announcer} announcer
     */
    constructor(root, visit, announcer) {
        this.#section = find(root, '[data-attention]');
        this.#list = find(this.#section, '[data-attention-list]');
        this.#next = find(root, '[data-next-attention]');
        this.#visit = visit;
        this.#announcer = announcer;
        this.#next.setAttribute('aria-keyshortcuts', 'F8');
        this.#next.addEventListener('click', () => this.#step(1));
        document.addEventListener('keydown', (event) => this.#pressed(event));
    }

    /**
     * What is in the list of one that has no place on the page any more.
     *
     * @param {string} id
     * @returns {HTMLElement}
     */
    item(id) {
        const known = this.#list.querySelector(`[data-item="${CSS.escape(id)}"]`);
        if (known instanceof HTMLElement) {
            return known;
        }
        const link = make('a', {
            href: '#attention-title',
            on: { click: (/** @type {Event} */ event) => (event.preventDefault(), this.#go(id)) },
        });
        const item = make('li', { 'data-item': id }, link);
        this.#list.append(item);
        return item;
    }

    /**
     * What is below a panel.
     *
     * @param {string} id
     * @returns {HTMLElement}
     */
    stepper(id) {
        const known = this.#steppers.get(id)?.element;
        if (known !== undefined) {
            return known;
        }
        const place = make('span', { class: 'stepper-place' });
        const element = make(
            'div',
            { class: 'stepper', hidden: true },
            button('Previous', () => this.#step(-1, id), 'button-quiet'),
            place,
            button('Next', () => this.#step(1, id), 'button-quiet'),
        );
        this.#steppers.set(id, { element, place });
        return element;
    }

    /** @param {Item[]} items in any order */
    draw(items) {
        const before = this.#items.length;
        this.#items = [...items].sort((one, other) =>
            one.stand.compareDocumentPosition(other.stand) & FOLLOWING ? -1 : 1,
        );
        const count = items.length;
        this.#section.hidden = count === 0;
        this.#next.hidden = count === 0;
        say(
            find(this.#section, '[data-attention-title]'),
            count === 1 ? 'One edit of yours was not saved' : `${count} edits of yours were not saved`,
        );
        say(this.#next, count === 1 ? '1 needs you' : `${count} need you`);
        this.#drawList();
        this.#drawSteppers();
        if (count > 0 && count < before) {
            this.#announcer.tell(count === 1 ? 'One more needs you: F8.' : `${count} more need you: F8 leads to the next.`);
        }
    }

    #drawList() {
        const gone = new Set(this.#list.children);
        for (const { id, words } of this.#items) {
            const item = this.item(id);
            gone.delete(item);
            say(find(item, ':scope > a'), words);
        }
        gone.forEach((item) => item.remove());
        const isUsed = this.#list.contains(document.activeElement); // under somebody's hands nothing moves
        const ordered = this.#items.map(({ id }) => this.item(id));
        if (!isUsed && ordered.some((item, at) => item !== this.#list.children[at])) {
            this.#list.append(...ordered);
        }
    }

    #drawSteppers() {
        const open = new Set(this.#items.map(({ id }) => id));
        [...this.#steppers.keys()].filter((id) => !open.has(id)).forEach((id) => this.#steppers.delete(id));
        this.#items.forEach(({ id }, at) => {
            const { element, place } = /** @type {{element: HTMLElement, place: HTMLElement}} */ (this.#steppers.get(id));
            element.hidden = this.#items.length < 2;
            say(place, `${at + 1} of ${this.#items.length}`);
        });
    }

    /** @param {KeyboardEvent} event */
    #pressed(event) {
        const isOurs = event.key === 'F8' && !event.ctrlKey && !event.altKey && !event.metaKey;
        if (isOurs && this.#items.length > 0 && document.querySelector('dialog[open]') === null) {
            event.preventDefault();
            this.#step(event.shiftKey ? -1 : 1);
        }
    }

    /**
     * To the next one behind where one is, or before it; from the last to the first.
     *
     * @param {1 | -1} way
     * @param {string} [from] where one is, if that is sure
     */
    #step(way, from) {
        const count = this.#items.length;
        const focused = inPage(document.activeElement);
        const known = this.#items.findIndex(({ id }) => id === (focused === null ? this.#last.id : from));
        const at = known >= 0 ? known : this.#placeOf(focused ?? this.#last.place, way);
        const target = this.#items[(at + way + count) % count];
        if (target !== undefined) {
            this.#go(target.id);
        }
    }

    /** @param {string} id */
    #go(id) {
        const at = this.#items.findIndex((item) => item.id === id);
        this.#visit(id);
        this.#last = { id, place: this.#items[at]?.stand.parentElement ?? null };
        this.#announcer.tell(`${at + 1} of ${this.#items.length}. ${this.#items[at]?.words ?? ''}`);
    }

    /**
     * The number of the item that one is in, or of the one before, so that a step leads to the next.
     *
     * @param {Element | null} place
     * @param {1 | -1} way
     */
    #placeOf(place, way) {
        if (!place?.isConnected) {
            return way === 1 ? -1 : 0;
        }
        const inside = this.#items.findIndex(({ stand }) => stand.contains(place));
        if (inside >= 0) {
            return inside;
        }
        const behind = this.#items.findIndex(({ stand }) => place.compareDocumentPosition(stand) & FOLLOWING);
        const first = behind < 0 ? this.#items.length : behind;
        return way === 1 ? first - 1 : first;
    }
}

/**
 * In the bar one is nowhere: then it counts where one was.
 *
 * @param {Element | null} focused
 */
function inPage(focused) {
    return focused?.closest('main :is(form, section)') == null ? null : focused;
}
