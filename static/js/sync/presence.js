// @ts-check
/**
 * Who is in the room, in which field, with which selection (R1).
 *
 * Owns the people as the server tells them, their selections in the committed text, moved by every op since they were
 * told, and what the others were told of this page's person. Must not know what is pending: `local` turns committed
 * places into shown ones and back.
 *
 * @module
 */

import { keyOf } from '../document/operations.js';
import { transformPosition } from '../document/text.js';

/** @typedef {import('../document/operations.js').Address} Address */
/** @typedef {import('../document/operations.js').Op} Op */
/** @typedef {import('../document/operations.js').Delta} Delta */
/** @typedef {import('./types.js').Person} Person */
/** @typedef {import('./local.js').Local} Local */
/** @typedef {[number, number] | null} Selection */
/** @typedef {{session: string, at: Address | null, selection: Selection, base?: number | null}} PresenceChange */
/** @typedef {{at: Address | null, selection: Selection}} Place */
/** @typedef {{version: number, key: string, delta: Delta, user: string | null}} PastEdit */

/** How many edits are remembered for selections that were told on an older version. */
const REMEMBERED = 500;

const NOWHERE = Object.freeze({ at: null, selection: null });

export class Presence {
    /** @type {Map<string, Person>} by session; selections in the committed text */
    #people = new Map();
    /** @type {Map<string, Set<string>>} sessions by the key of the field they are in */
    #inField = new Map();
    /** @type {PastEdit[]} the newest last */
    #past = [];
    /** The version since which `#past` holds every edit. */
    #since = 0;
    #version = 0;
    /** @type {Map<string, PresenceChange>} told on a version that is not here yet, by session */
    #ahead = new Map();
    #you = '';
    /** @type {Place} this page's person; the selection in the text as shown */
    #me = NOWHERE;
    /** @type {Place} what the others were told of it, moved as they move it */
    #told = NOWHERE;
    #local;
    #versionOf;

    /**
     * @param {Local} local
     * @param {(at: Address) => number} versionOf the version of the last change of a field
     */
    constructor(local, versionOf) {
        this.#local = local;
        this.#versionOf = versionOf;
    }

    /**
     * A new session: everybody who is here.
     *
     * @param {(Person & {base?: number | null})[]} people
     * @param {Person & {base?: number | null}} you
     * @param {{version: number, told: number}} versions where the replica is, and where the form was when this was told
     */
    reset(people, you, { version, told }) {
        this.#people.clear();
        this.#inField.clear();
        this.#ahead.clear();
        this.#past = [];
        this.#since = this.#version = version;
        this.#told = NOWHERE;
        this.#you = you.session;
        for (const person of people.some(({ session }) => session === you.session) ? people : [...people, you]) {
            this.#enter({ ...person, base: person.base ?? told });
        }
    }

    /** Nobody is known to be here while there is no connection. */
    clear() {
        this.#people.clear();
        this.#inField.clear();
        this.#ahead.clear();
    }

    /**
     * @param {{joined?: Person[], left?: string[], changed?: PresenceChange[]}} frame
     */
    received({ joined = [], left = [], changed = [] }) {
        for (const person of joined) {
            this.#enter(person);
        }
        for (const session of left) {
            this.#leave(session);
        }
        for (const change of changed) {
            this.#change(change);
        }
    }

    /**
     * Moves every selection in a text over a committed edit of it.
     *
     * @param {Op} op as applied
     * @param {number} version
     * @param {string | null} user the id of its author
     * @returns {boolean} whether anybody moved
     */
    committed(op, version, user) {
        if (version <= this.#since) {
            return false; // what was told of the people has it in
        }
        this.#version = version;
        const moved = op.kind === 'edit' && this.#edited(keyOf(op), op.delta, version, user);
        return this.#catchUp() || moved;
    }

    /**
     * Everybody, this page's person among them; selections in the texts as shown.
     *
     * @returns {Person[]}
     */
    all() {
        return [...this.#people.values()].map((person) =>
            person.session === this.#you ? this.#self(person) : this.#shown(person),
        );
    }

    /** @returns {Person[]} */
    others() {
        return this.all().filter((person) => person.session !== this.#you);
    }

    /** @returns {Person | null} */
    you() {
        const you = this.#people.get(this.#you);
        return you === undefined ? null : this.#self(you);
    }

    /**
     * Where this page's person is now.
     *
     * @param {Address | null} at
     * @param {Selection} selection in the text as shown
     */
    moveMe(at, selection) {
        this.#me = { at, selection };
    }

    /**
     * A text changed on the page by somebody else's doing, and the person's selection with it.
     *
     * @param {string} key
     * @param {Delta} delta as shown
     */
    shifted(key, delta) {
        this.#me = movePlace(this.#me, key, delta, false);
    }

    /**
     * What the others are to be told now; null if they know. What was typed at the caret moves it for them, too: typing
     * on costs no frame.
     *
     * @param {number} base
     * @returns {{type: 'focus', at: Address, selection: Selection, base: number} | {type: 'blur'} | null}
     */
    toTell(base) {
        const { at, selection } = this.#me;
        if (at === null) {
            const known = this.#told.at === null;
            this.#told = NOWHERE;
            return known ? null : { type: 'blur' };
        }
        const key = keyOf(at);
        if (this.#told.at !== null && keyOf(this.#told.at) === key && samePlace(this.#foreseen(key), selection)) {
            return null;
        }
        const committed = map(selection, (position) => this.#local.positionCommitted(key, position));
        this.#told = { at, selection: committed };
        return { type: 'focus', at, selection: committed, base };
    }

    /**
     * What the others will make of what they were told, once everything typed here is committed.
     *
     * @param {string} key
     * @returns {Selection}
     */
    #foreseen(key) {
        return map(this.#told.selection, (position) => this.#local.positionShown(key, position, true));
    }

    /** @param {Person & {base?: number | null}} person */
    #enter(person) {
        this.#leave(person.session);
        this.#people.set(person.session, { ...person, at: null, selection: null });
        this.#change(person);
    }

    /** @param {string} session */
    #leave(session) {
        this.#unindex(session);
        this.#people.delete(session);
        this.#ahead.delete(session);
    }

    /** @param {PresenceChange} change */
    #change(change) {
        const person = this.#people.get(change.session);
        if (person === undefined) {
            return;
        }
        this.#ahead.delete(change.session);
        this.#unindex(change.session);
        person.at = change.at ?? null;
        person.selection = this.#here(change, person.user.id);
        this.#index(change.session, person.at);
    }

    /**
     * A told selection on the version that is here.
     *
     * @param {PresenceChange} change
     * @param {string} user
     * @returns {Selection}
     */
    #here(change, user) {
        const { at, selection } = change;
        const base = change.base ?? this.#version;
        if (!at || !selection || (base < this.#since && this.#versionOf(at) > base)) {
            return null; // it counts in a text that is not known here
        }
        if (base > this.#version) {
            this.#ahead.set(change.session, change);
            return null;
        }
        const key = keyOf(at);
        const missed = this.#past.filter((edit) => edit.version > base && edit.key === key);
        return missed.reduce(
            (moved, edit) => moveSelection(moved, edit.delta, edit.user === user),
            /** @type {Selection} */ (selection),
        );
    }

    /** @returns {boolean} whether a selection that waited for its version can be shown now */
    #catchUp() {
        const due = [...this.#ahead.values()].filter(({ base }) => (base ?? 0) <= this.#version);
        due.forEach((change) => this.#change(change));
        return due.length > 0;
    }

    /**
     * @param {string} key
     * @param {Delta} delta
     * @param {number} version
     * @param {string | null} user
     * @returns {boolean}
     */
    #edited(key, delta, version, user) {
        this.#past.push({ version, key, delta, user });
        if (this.#past.length > 2 * REMEMBERED) {
            this.#since = this.#past[REMEMBERED - 1].version;
            this.#past = this.#past.slice(REMEMBERED);
        }
        // A caret knows its author by the account: as everybody else does, so does the page of what it told.
        this.#told = movePlace(this.#told, key, delta, user === this.#people.get(this.#you)?.user.id);
        const sessions = this.#inField.get(key) ?? new Set();
        for (const session of sessions) {
            const person = /** @type {Person} */ (this.#people.get(session));
            person.selection = moveSelection(person.selection, delta, person.user.id === user);
        }
        return sessions.size > 0;
    }

    /**
     * @param {Person} person
     * @returns {Person}
     */
    #shown(person) {
        if (person.at === null || person.selection === null) {
            return { ...person };
        }
        const key = keyOf(person.at);
        return {
            ...person,
            selection: map(person.selection, (position) => this.#local.positionShown(key, position, false)),
        };
    }

    /**
     * @param {Person} person
     * @returns {Person}
     */
    #self(person) {
        return { ...person, ...this.#me };
    }

    /**
     * @param {string} session
     * @param {Address | null} at
     */
    #index(session, at) {
        if (at === null) {
            return;
        }
        const key = keyOf(at);
        this.#inField.set(key, (this.#inField.get(key) ?? new Set()).add(session));
    }

    /** @param {string} session */
    #unindex(session) {
        const at = this.#people.get(session)?.at ?? null;
        if (at === null) {
            return;
        }
        const sessions = this.#inField.get(keyOf(at));
        sessions?.delete(session);
        if (sessions?.size === 0) {
            this.#inField.delete(keyOf(at));
        }
    }
}

/**
 * @param {Selection} selection
 * @param {(position: number) => number} move
 * @returns {Selection}
 */
function map(selection, move) {
    return selection === null ? null : [move(selection[0]), move(selection[1])];
}

/**
 * @param {Selection} selection
 * @param {Delta} delta
 * @param {boolean} own
 * @returns {Selection}
 */
function moveSelection(selection, delta, own) {
    return map(selection, (position) => transformPosition(position, delta, { own }));
}

/**
 * @param {Place} place
 * @param {string} key
 * @param {Delta} delta
 * @param {boolean} own
 * @returns {Place}
 */
function movePlace(place, key, delta, own) {
    const isThere = place.at !== null && keyOf(place.at) === key;
    return isThere ? { at: place.at, selection: moveSelection(place.selection, delta, own) } : place;
}

/**
 * @param {Selection} one
 * @param {Selection} other
 */
function samePlace(one, other) {
    return one === other || (one !== null && other !== null && one[0] === other[0] && one[1] === other[1]);
}
