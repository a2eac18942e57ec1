// @ts-check
/**
 * Carets and selections of others inside text fields, drawn over the control.
 *
 * A text control tells nobody where its characters are. So the same text is set once more, unseen and in the same type,
 * in a layer above it (a mirror), with marks in it. Where that would be dear or wrong (very long texts, a row that is
 * not drawn), there is the badge alone.
 *
 * @typedef {import('../../sync/types.js').Person} Person
 */

import { keyOf } from '../../document/operations.js';
import { toUtf16 } from '../../document/text.js';
import { isTextControl, make } from '../dom.js';
import { paint } from './person.js';

const LONGEST = 20_000;
const NAMED = 2500;
const SAME_TYPE = [
    'fontFamily',
    'fontSize',
    'fontWeight',
    'fontStyle',
    'fontVariantNumeric',
    'letterSpacing',
    'wordSpacing',
    'lineHeight',
    'textAlign',
    'textIndent',
    'tabSize',
    'direction',
    'paddingTop',
    'paddingRight',
    'paddingBottom',
    'paddingLeft',
    'borderTopWidth',
    'borderRightWidth',
    'borderBottomWidth',
    'borderLeftWidth',
];

/** @typedef {HTMLInputElement | HTMLTextAreaElement} TextControl */
/** @typedef {{start: number, end: number, caret: number, person: Person}} Mark in UTF-16 units */

export class Carets {
    #places;
    /** @type {Map<TextControl, HTMLElement>} */
    #mirrors = new Map();
    /** @type {Person[]} */
    #others = [];
    /** @type {Map<string, {where: string, until: number}>} until when each session's caret wears its name */
    #named = new Map();
    #frame = 0;

    /** @param {import('../places.js').Places} places */
    constructor(places) {
        this.#places = places;
    }

    /** @param {HTMLElement} root */
    listen(root) {
        root.addEventListener('scroll', (event) => this.#scrolled(event.target), true);
        root.addEventListener('input', () => this.#later());
        window.addEventListener('resize', () => this.#later());
    }

    /** @param {Person[]} others */
    draw(others) {
        this.#others = others;
        this.#name(others);
        this.#later();
    }

    /** A text changed under the marks. */
    refresh() {
        this.#later();
    }

    /**
     * A caret that moves wears its name for a moment; for good it would hide the line above.
     *
     * @param {Person[]} others
     */
    #name(others) {
        const now = performance.now();
        const here = new Set(others.map(({ session }) => session));
        for (const session of here.size > 0 ? this.#named.keys() : []) {
            if (!here.has(session)) {
                this.#named.delete(session); // while nobody is, it may be oneself who is gone
            }
        }
        const moved = others.filter((person) => this.#named.get(person.session)?.where !== whereIs(person));
        for (const person of moved) {
            this.#named.set(person.session, { where: whereIs(person), until: now + NAMED });
        }
        if (moved.length > 0) {
            setTimeout(() => this.#later(), NAMED + 50);
        }
    }

    #later() {
        if (this.#frame === 0 && (this.#mirrors.size > 0 || this.#others.some((person) => person.selection !== null))) {
            this.#frame = requestAnimationFrame(() => {
                this.#frame = 0;
                this.#drawAll();
            });
        }
    }

    #drawAll() {
        const marks = this.#marks();
        for (const [control, mirror] of this.#mirrors) {
            if (!marks.has(control)) {
                mirror.remove();
                this.#mirrors.delete(control);
            }
        }
        marks.forEach((people, control) => this.#drawOne(control, people));
    }

    /** @returns {Map<TextControl, Person[]>} */
    #marks() {
        /** @type {Map<string, {control: TextControl, people: Person[]}>} */
        const found = new Map();
        for (const person of this.#others) {
            const control = person.at === null ? null : this.#places.control(person.at);
            if (person.at !== null && person.selection !== null && canMirror(control)) {
                const entry = found.get(keyOf(person.at)) ?? { control, people: /** @type {Person[]} */ ([]) };
                entry.people.push(person);
                found.set(keyOf(person.at), entry);
            }
        }
        return new Map([...found.values()].map(({ control, people }) => [control, people]));
    }

    /**
     * @param {TextControl} control
     * @param {Person[]} people
     */
    #drawOne(control, people) {
        const mirror = this.#mirrors.get(control) ?? this.#make(control);
        const marks = people.map((person) => markOf(person, control.value));
        mirror.replaceChildren(make('div', { class: 'mirror-text' }, ...pieces(control.value, marks)));
        lay(mirror, control);
        for (const { session } of people.filter(
            ({ session }) => (this.#named.get(session)?.until ?? 0) > performance.now(),
        )) {
            mirror.querySelector(`[data-session="${CSS.escape(session)}"]`)?.classList.add('is-named');
        }
        for (const caret of mirror.querySelectorAll('.remote-caret')) {
            caret.classList.toggle('is-first-line', /** @type {HTMLElement} */ (caret).offsetTop < 16);
        }
        this.#scrolled(control);
    }

    /** @param {TextControl} control */
    #make(control) {
        const line = control instanceof HTMLInputElement ? ' is-line' : '';
        const mirror = make('div', { class: `mirror${line}`, 'aria-hidden': 'true' });
        control.parentElement?.append(mirror);
        this.#mirrors.set(control, mirror);
        return mirror;
    }

    /** @param {EventTarget | null} target */
    #scrolled(target) {
        const control = /** @type {TextControl} */ (target);
        const inner = this.#mirrors.get(control)?.firstElementChild;
        if (inner instanceof HTMLElement) {
            inner.style.transform = `translate(${-control.scrollLeft}px, ${-control.scrollTop}px)`;
        }
    }
}

/** @param {any} control */
function canMirror(control) {
    return isTextControl(control) && control.value.length <= LONGEST && control.offsetParent !== null;
}

/** @param {Person} person */
function whereIs({ at, selection }) {
    return JSON.stringify([at, selection]);
}

/**
 * @param {Person} person
 * @param {string} text
 * @returns {Mark}
 */
function markOf(person, text) {
    const [anchor, focus] = /** @type {[number, number]} */ (person.selection).map((position) =>
        toUtf16(text, position),
    );
    return { start: Math.min(anchor, focus), end: Math.max(anchor, focus), caret: focus, person };
}

/**
 * The text cut at every mark, with the carets between and the selections around.
 *
 * @param {string} text
 * @param {Mark[]} marks
 * @returns {(Node | string)[]}
 */
function pieces(text, marks) {
    const cuts = [...new Set([0, text.length, ...marks.flatMap(({ start, end }) => [start, end])])].sort(
        (a, b) => a - b,
    );
    return cuts.flatMap((cut, index) => [
        ...marks.filter((mark) => mark.caret === cut).map(caret),
        ...stretch(
            text.slice(cut, cuts[index + 1] ?? cut),
            marks.find(({ start, end }) => start <= cut && cut < end),
        ),
    ]);
}

/**
 * @param {string} text
 * @param {Mark | undefined} mark
 * @returns {(Node | string)[]}
 */
function stretch(text, mark) {
    if (mark === undefined || text === '') {
        return [text];
    }
    const selected = make('span', { class: 'remote-selection', text });
    paint(selected, mark.person.color);
    return [selected];
}

/** @param {Mark} mark */
function caret({ person }) {
    const element = make('span', {
        class: 'remote-caret',
        'data-name': person.user.name,
        'data-session': person.session,
    });
    paint(element, person.color);
    return element;
}

/**
 * Over the control, in its type.
 *
 * @param {HTMLElement} mirror
 * @param {TextControl} control
 */
function lay(mirror, control) {
    const style = getComputedStyle(control);
    for (const property of SAME_TYPE) {
        mirror.style[/** @type {any} */ (property)] = style[/** @type {any} */ (property)];
    }
    const scrollbar =
        control.offsetWidth -
        control.clientWidth -
        parseFloat(style.borderLeftWidth) -
        parseFloat(style.borderRightWidth);
    mirror.style.left = `${control.offsetLeft}px`;
    mirror.style.top = `${control.offsetTop}px`;
    mirror.style.width = `${control.offsetWidth - Math.max(0, scrollbar)}px`;
    mirror.style.height = `${control.offsetHeight}px`;
}
