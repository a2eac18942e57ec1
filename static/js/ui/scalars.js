// @ts-check
/**
 * The fields that are replaced as a whole: numbers, dates, times, choices, checkboxes.
 *
 * Owns what happens between a keystroke and a saved value. What somebody is in the middle of ("-", half a date) stays
 * on the screen as typed, is not sent, and says so (I6). What others write is shown at once, but not under the hands of
 * somebody: a field one types in waits for a pause, and what cannot be read is kept until one lets it go.
 *
 * @typedef {import('../document/operations.js').Address} Address
 * @typedef {Pick<import('../sync/client.js').SyncClient, 'value' | 'set' | 'cell' | 'you'>} Client
 */

import { keyOf } from '../document/operations.js';
import { sameValue } from '../document/values.js';
import { KINDS } from './controls/kinds.js';
import { controlIn } from './places.js';

const PAUSE = 2000;
/** Each click in these is a change of its own; the others are typed, key by key. */
const ONE_BY_ONE = new Set(['checkbox', 'choices']);

export class ScalarFields {
    #client;
    #places;
    #notes;
    #zone;
    /** The field one is typing in, and until when that is taken for granted. */
    #busy = { key: '', until: 0 };

    /**
     * @param {Client} client
     * @param {import('./places.js').Places} places
     * @param {import('./notes.js').Notes} notes
     * @param {string} zone the form's time zone
     */
    constructor(client, places, notes, zone) {
        this.#client = client;
        this.#places = places;
        this.#notes = notes;
        this.#zone = zone;
    }

    /** @param {HTMLElement} root */
    listen(root) {
        root.addEventListener('input', (event) => this.#changed(event));
        // Not `change`: on leaving it would say again what one typed before, over what somebody else wrote since (C6).
        root.addEventListener('focusout', (event) => this.#left(event));
    }

    /**
     * Shows a value as the client knows it.
     *
     * @param {Address} address
     */
    draw(address) {
        const control = this.#places.control(address);
        const field = this.#places.definitionOf(address);
        if (control === null || field === null) {
            return;
        }
        if (this.#isUnread(address)) {
            this.#tell(address);
            return;
        }
        const isHere = control.contains(document.activeElement);
        if (isHere && this.#isTypedIn(address)) {
            setTimeout(() => this.draw(address), PAUSE);
        } else if (!isHere || !this.#shows(address)) {
            this.#notes.urge(address, null);
            KINDS[field.type].write(control, this.#client.value(address), { field, zone: this.#zone });
        }
    }

    /**
     * A value in words.
     *
     * @param {Address} address
     * @param {any} value
     * @returns {string}
     */
    show(address, value) {
        const field = this.#places.definitionOf(address);
        return field === null ? '' : KINDS[field.type].show(value, { field, zone: this.#zone });
    }

    /**
     * Shows what is saved, whatever one was typing: it was one's own undo that changed it.
     *
     * @param {Address} address
     */
    put(address) {
        this.#busy = { key: '', until: 0 };
        this.#give(address);
    }

    /**
     * What cannot be read as a value gives way to what is saved.
     *
     * @param {EventTarget | null} target
     * @returns {Address | null} where; null: it can be read, or is no such field
     */
    letGo(target) {
        const address = this.#places.addressOf(target);
        if (address === null || this.#places.definitionOf(address)?.merges || !this.#isUnread(address)) {
            return null;
        }
        this.put(address);
        return address;
    }

    /** @param {Event} event */
    #changed({ target, timeStamp: time }) {
        const address = this.#places.addressOf(target);
        const field = address === null ? null : this.#places.definitionOf(address);
        if (address === null || field === null || field.merges) {
            return;
        }
        const control = this.#places.control(address);
        if (control === null) {
            return; // its row was removed meanwhile
        }
        this.#busy = { key: keyOf(address), until: performance.now() + PAUSE };
        const { value, note } = KINDS[field.type].read(control, { field, zone: this.#zone });
        if (note !== undefined) {
            this.#notes.urge(address, { message: note });
            return;
        }
        this.#notes.urge(address, null);
        if (!sameValue(value, this.#client.value(address))) {
            this.#client.set(address, value, ONE_BY_ONE.has(field.type) ? {} : { time });
        }
    }

    /** @param {FocusEvent} event */
    #left(event) {
        const address = this.#places.addressOf(event.target);
        const place = address === null ? null : this.#places.at(address);
        const stays = event.relatedTarget instanceof Node && place?.contains(event.relatedTarget);
        if (address === null || stays || this.#places.definitionOf(address)?.merges) {
            return;
        }
        this.#busy = { key: '', until: 0 };
        if (!this.#isUnread(address)) {
            this.draw(address); // the number as it is written everywhere, or what somebody else wrote meanwhile
        }
    }

    /**
     * Whether somebody is at it this moment, so that another value would come between two keys.
     *
     * @param {Address} address
     */
    #isTypedIn(address) {
        const isRecent = this.#busy.key === keyOf(address) && performance.now() < this.#busy.until;
        return isRecent && !this.#shows(address);
    }

    /**
     * Whether the control holds something that cannot be read as a value.
     *
     * @param {Address} address
     */
    #isUnread(address) {
        return this.#reading(address)?.note !== undefined;
    }

    /**
     * Whether the control holds the value that the client knows, however it is written ("1." is 1).
     *
     * @param {Address} address
     */
    #shows(address) {
        return sameValue(this.#reading(address)?.value ?? null, this.#client.value(address) ?? null);
    }

    /** @param {Address} address */
    #reading(address) {
        const field = this.#places.definitionOf(address);
        const control = this.#places.control(address);
        return field === null || control === null ? null : KINDS[field.type].read(control, { field, zone: this.#zone });
    }

    /**
     * Somebody else's value, beside what one is at.
     *
     * @param {Address} address
     */
    #tell(address) {
        const { by, value, refusal } = this.#client.cell(address);
        if (refusal !== null || by?.id === this.#client.you?.user.id || this.#shows(address)) {
            return;
        }
        const theirs = this.show(address, value) || 'nothing';
        this.#notes.urge(address, {
            message: `${by?.name ?? 'Somebody'} wrote ${theirs} here.`,
            action: { label: 'Show it', press: () => this.#give(address) },
        });
    }

    /**
     * What one was at gives way to what is saved.
     *
     * @param {Address} address
     */
    #give(address) {
        const place = this.#places.at(address);
        const field = this.#places.definitionOf(address);
        if (place !== null && field !== null) {
            this.#notes.urge(address, null);
            KINDS[field.type].write(controlIn(place), this.#client.value(address), { field, zone: this.#zone });
        }
    }
}
