// @ts-check
/**
 * What a screen reader hears of the others: politely, summed up, and not at all for who does not want it.
 *
 * Own matters (saved, offline, removed) are told at once. What others do is gathered and told at most every few
 * seconds, in one sentence. The choice is a preference of this browser and says nothing about a person.
 */

const EVERY = 4000;
const SETTING = 'formroom.announce';

/** @typedef {'all' | 'mine' | 'none'} Wanted all changes, only those in the field one is in, or none */

export class Announcer {
    #region;
    /** @type {Map<string, Set<string>>} the fields that each person changed */
    #changes = new Map();
    /** @type {string[]} */
    #news = [];
    /** @type {number | null} */
    #timer = null;
    /** @type {Wanted} */
    #wanted;

    /** @param {HTMLElement} region */
    constructor(region) {
        this.#region = region;
        this.#wanted = stored();
    }

    get wanted() {
        return this.#wanted;
    }

    /** @param {Wanted} wanted */
    want(wanted) {
        this.#wanted = wanted;
        try {
            localStorage.setItem(SETTING, wanted);
        } catch {
            // A browser that keeps nothing asks again next time.
        }
    }

    /**
     * Something of one's own.
     *
     * @param {string} text
     */
    tell(text) {
        // The same words twice are one change of the region, and would not be heard again.
        this.#region.textContent = this.#region.textContent === text ? `${text}\u00a0` : text;
    }

    /**
     * Somebody changed something.
     *
     * @param {string} person
     * @param {string} what
     * @param {boolean} isHere in the field one is in
     */
    changed(person, what, isHere) {
        if (this.#wanted === 'none' || (this.#wanted === 'mine' && !isHere)) {
            return;
        }
        const fields = this.#changes.get(person) ?? new Set();
        this.#changes.set(person, fields.add(what));
        this.#later();
    }

    /**
     * Somebody came or left.
     *
     * @param {string} text
     */
    news(text) {
        if (this.#wanted === 'all') {
            this.#news.push(text);
            this.#later();
        }
    }

    #later() {
        this.#timer ??= window.setTimeout(() => this.#flush(), EVERY);
    }

    #flush() {
        this.#timer = null;
        const changes = [...this.#changes].map(([person, fields]) => summary(person, [...fields]));
        this.tell([...this.#news, ...changes].slice(0, 4).join(' '));
        this.#changes.clear();
        this.#news = [];
    }
}

/**
 * @param {string} person
 * @param {string[]} fields
 * @returns {string}
 */
export function summary(person, fields) {
    const [first, second, ...more] = fields;
    if (second === undefined) {
        return `${person} changed ${first}.`;
    }
    return more.length === 0
        ? `${person} changed ${first} and ${second}.`
        : `${person} changed ${first} and ${more.length + 1} other fields.`;
}

/** @returns {Wanted} */
function stored() {
    try {
        const wanted = localStorage.getItem(SETTING);
        return wanted === 'mine' || wanted === 'none' ? wanted : 'all';
    } catch {
        return 'all';
    }
}
