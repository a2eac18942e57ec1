// @ts-check
/**
 * The form's page: it connects what the sync client tells with the parts that show it, and the page's keys with both.
 *
 * Owns no state of its own beyond who was here last. Must not know the network: `main.js` gives it a client.
 *
 * @typedef {import('../document/operations.js').Address} Address
 * @typedef {import('../sync/client.js').SyncClient} SyncClient
 * @typedef {import('../sync/types.js').SyncEvent} SyncEvent
 * @typedef {import('../sync/types.js').Person} Person
 * @typedef {import('./submitting/asking.js').Outcome} Outcome
 * @typedef {{
 *   submit: () => Promise<Outcome>,
 *   reopen: (reason: string) => Promise<Outcome>,
 *   history: (address: Address, before: number | null) => Promise<Outcome>,
 * }} FormApi
 */

import { keyOf } from '../document/operations.js';
import { endsSignIn } from '../protocol/codes.js';
import { Access, isReadOnly } from './access.js';
import { Announcer } from './announcer.js';
import { copyText } from './copy.js';
import { find, goTo } from './dom.js';
import { Edited } from './edited.js';
import { Head } from './head.js';
import { Help } from './help.js';
import { HistoryPanel } from './history/panel.js';
import { HistoryWays } from './history/ways.js';
import { Notes } from './notes.js';
import { Badges } from './people/badges.js';
import { PeopleBar } from './people/bar.js';
import { Carets } from './people/carets.js';
import { Here } from './people/here.js';
import { byUser } from './people/person.js';
import { Places, focusableIn } from './places.js';
import { Panels } from './refusals/panels.js';
import { SaveState } from './save-state.js';
import { ScalarFields } from './scalars.js';
import { Sections } from './sections.js';
import { Submitting } from './submitting/submitting.js';
import { Tables } from './tables/tables.js';
import { TextFields } from './text/fields.js';
import { Toasts } from './toasts.js';
import { UndoRedo } from './undo.js';
import { UnsavedEdits, asText } from './unsaved.js';

export class FormPage {
    #root;
    #client;
    #canEdit;
    #form;
    #isSignedOut = false;
    /** @type {Map<string, string> | null} who was here, by user id */
    #present = null;

    /**
     * @param {HTMLElement} root
     * @param {SyncClient} client
     * @param {{zone: string, canEdit: boolean, api: FormApi}} options what the page was made for
     */
    constructor(root, client, { zone, canEdit, api }) {
        this.#root = root;
        this.#client = client;
        this.#canEdit = canEdit;
        this.#form = find(root, '[data-form]');
        this.places = new Places(root);
        this.announcer = new Announcer(find(root, '[data-live]'));
        this.toasts = new Toasts(find(root, '[data-toasts]'), (text) => this.announcer.tell(text));
        this.access = new Access(this.#form);
        this.notes = new Notes(this.places);
        this.texts = new TextFields(client, this.places);
        this.scalars = new ScalarFields(client, this.places, this.notes, zone);
        this.tables = new Tables(root, client, this.places, this.toasts, (table, row) => this.#fill(table, row));
        this.panels = new Panels(
            root,
            client,
            this.places,
            (address, value) => this.scalars.show(address, value),
            this.announcer,
        );
        this.unsaved = new UnsavedEdits(client, this.places, this.notes, (address, value) =>
            this.scalars.show(address, value),
        );
        this.edited = new Edited(client, this.places, this.notes);
        this.here = new Here(client, this.places, (target) => this.texts.selectionIn(target));
        this.people = new PeopleBar(root, this.places, (person) => this.#goTo(person));
        this.badges = new Badges(this.places);
        this.carets = new Carets(this.places);
        this.saveState = new SaveState(root, this.announcer);
        this.head = new Head(root, this.announcer);
        this.help = new Help(root, this.announcer);
        this.undoing = new UndoRedo(root, client, this);
        this.submitting = new Submitting(root, client, this, {
            zone,
            canEdit,
            submit: () => api.submit(),
            reopen: (reason) => api.reopen(reason),
        });
        this.history = new HistoryPanel(root, client, this.#forHistory(), {
            zone,
            load: (address, before) => api.history(address, before),
        });
        new HistoryWays(this.places, (address) => this.history.open(address)).listen(this.#form);
        new Sections(root);
        this.#listen();
    }

    /** @param {SyncEvent} event */
    handle(event) {
        switch (event.type) {
            case 'ready':
                return this.#ready();
            case 'text':
                this.texts.remote(event.address, event.delta);
                return this.#changed(event.address, event);
            case 'value':
                return this.#changed(event.address, event);
            case 'rows':
                this.tables.changed(event);
                this.submitting.changed(event.own ? null : event.by);
                this.history.check();
                this.panels.rowsChanged();
                this.notes.sweep();
                return this.#drawPeople();
            case 'people':
                this.#greet();
                return this.#drawPeople();
            case 'refusal':
                if (event.address !== null) {
                    this.#changed(event.address, { by: null, own: true });
                }
                return this.panels.draw();
            case 'undo':
                return this.undoing.draw();
            case 'form':
                return this.#drawForm();
            case 'status':
                return this.#drawStatus();
            case 'closed':
                return this.#closed(event.code);
            default:
        }
    }

    #forHistory() {
        return {
            places: this.places,
            show: (/** @type {Address} */ address, /** @type {any} */ value) => this.scalars.show(address, value),
            draw: (/** @type {Address} */ address) => this.#draw(address),
            isOpen: () => this.#canEdit && !isReadOnly(this.#form),
        };
    }

    /** Its person is signed in again: what was typed may be saved yet, and more be typed. */
    signedInAgain() {
        this.#isSignedOut = false;
        this.#drawForm();
    }

    /** Whether leaving the page now would lose something. */
    get hasUnsaved() {
        return this.#client.status.waiting + this.#client.status.refused + this.notes.unsaved > 0;
    }

    /**
     * For good, or until its person has signed in again: till then it is for reading.
     *
     * @param {number} code
     */
    #closed(code) {
        this.#drawStatus();
        if (endsSignIn(code)) {
            this.#isSignedOut = true;
            this.#drawForm();
        } else {
            this.head.closed(this.#client.status, { copy: () => void this.#copyUnsaved() });
        }
    }

    /** One set of listeners for the page, however many cells it has. */
    #listen() {
        this.scalars.listen(this.#form);
        this.texts.listen(this.#form);
        this.tables.listen(this.#form);
        this.edited.listen(this.#form);
        this.here.listen(this.#form);
        this.carets.listen(this.#form);
        this.notes.onchange = () => this.#drawStatus();
        this.#form.addEventListener('submit', (event) => event.preventDefault());
        this.#form.addEventListener('input', (event) => this.#judge(event.target, { typing: true }));
        this.#form.addEventListener('focusout', (event) => this.#judge(event.target, { typing: false }));
        document.addEventListener('keydown', (event) => this.#pressed(event));
    }

    #ready() {
        const { definition } = this.#client;
        if (definition === null) {
            return;
        }
        this.places.define(definition);
        for (const [field] of this.places.fields()) {
            this.#draw({ field });
        }
        for (const { table, row } of this.tables.draw()) {
            this.#fill(table, row); // the new ones are filled already
        }
        this.notes.sweep();
        this.#open();
        this.edited.drawAll();
        this.#drawForm();
        this.panels.draw();
        this.#greet();
        this.#drawPeople();
        this.#drawStatus();
        this.here.again();
    }

    /** The values are there: the form can be filled. */
    #open() {
        this.#form.classList.remove('is-loading');
        this.#form.removeAttribute('aria-busy');
        this.#root.querySelector('[data-loading]')?.remove();
        /** @type {HTMLFieldSetElement} */ (find(this.#form, '[data-form-body]')).disabled = false;
    }

    /**
     * Shows the values of a row.
     *
     * @param {string} table
     * @param {HTMLElement} row
     */
    #fill(table, row) {
        this.#client.definition?.tables.get(table)?.columns.forEach(({ key }) => {
            this.#draw({ table, row: row.dataset.row ?? '', field: key });
        });
    }

    /** @param {Address} address */
    #draw(address) {
        const control = this.places.control(address);
        if (control === null) {
            return;
        }
        if (this.places.definitionOf(address)?.merges) {
            this.texts.draw(address, control);
        } else {
            this.scalars.draw(address);
        }
        this.notes.judge(address, this.#client.value(address));
    }

    /**
     * @param {Address} address
     * @param {{by: {id: string, name: string} | null, own: boolean}} change
     */
    #changed(address, { by, own }) {
        if (!this.places.definitionOf(address)?.merges) {
            this.scalars.draw(address);
        } else {
            this.carets.refresh();
        }
        const isHere = this.here.address !== null && keyOf(this.here.address) === keyOf(address);
        this.notes.judge(address, this.#client.value(address), { typing: isHere });
        this.edited.changed(address, { light: !own });
        this.submitting.changed(own ? null : by);
        this.history.check();
        if (!own && by !== null) {
            this.announcer.changed(by.name, this.places.nameOf(address), isHere);
        }
    }

    /** What of the form is no value: its title and status, and whether one can change it. */
    #drawForm() {
        const { form, mayEdit } = this.#client;
        this.head.draw(form);
        this.panels.draw();
        this.submitting.drawForm({ isSignedOut: this.#isSignedOut });
        if (!this.#canEdit || form === null) {
            return;
        }
        const why = !mayEdit ? 'viewer' : form.status !== 'open' ? 'closed' : null;
        this.head.readOnly(why === 'closed' && form.status === 'submitted' ? null : why); // that says who submitted it
        if (this.access.set(why === null && !this.#isSignedOut)) {
            this.texts.opened();
            this.history.check();
            this.undoing.draw();
        }
    }

    #drawPeople() {
        const others = [...this.#client.others];
        this.people.draw(others, this.#client.you);
        this.badges.draw(others);
        this.carets.draw(others);
    }

    #drawStatus() {
        this.saveState.draw(this.#client.status, this.notes.unsaved);
        this.submitting.statusChanged();
        this.history.check();
    }

    /** Tells who came and who left, but not who was here already when one came oneself. */
    #greet() {
        if (!['saved', 'saving'].includes(this.#client.status.kind)) {
            return; // it is oneself who is gone
        }
        const now = new Map(byUser(this.#client.others).map(({ user }) => [user.id, user.name]));
        now.delete(this.#client.you?.user.id ?? '');
        if (this.#present !== null) {
            const before = this.#present;
            now.forEach((name, id) => before.has(id) || this.announcer.news(`${name} is here.`));
            before.forEach((name, id) => now.has(id) || this.announcer.news(`${name} left.`));
        }
        this.#present = now;
    }

    /** @param {Person} person */
    #goTo({ at }) {
        const place = at === null ? null : this.places.at(at);
        const target = place === null ? null : focusableIn(place);
        if (target !== null) {
            goTo(target);
        }
    }

    /**
     * @param {EventTarget | null} target
     * @param {{typing: boolean}} options
     */
    #judge(target, options) {
        const address = this.places.addressOf(target);
        if (address === null) {
            return;
        }
        if (!options.typing) {
            this.notes.visited(address);
        }
        this.notes.judge(address, this.#client.value(address), options);
    }

    /** @param {KeyboardEvent} event */
    #pressed(event) {
        if (!(event.ctrlKey || event.metaKey) || event.altKey) {
            return;
        }
        if (event.key === 's') {
            event.preventDefault();
            this.toasts.show(this.saveState.inWords(this.#client.status, this.notes.unsaved));
        } else if (event.key === '/') {
            event.preventDefault();
            this.help.open();
        }
    }

    /** What is on the page and nowhere else, to be pasted somewhere. */
    async #copyUnsaved() {
        const done = await copyText(asText(this.unsaved.list()));
        this.announcer.tell(done ? 'Copied.' : 'Copying is not allowed here.');
    }
}
