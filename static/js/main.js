// @ts-check
/**
 * The form's page, put together: the sync client in the middle, the socket on its one side, the page on the other.
 *
 * The only place that knows all three, and where chance and the tab's storage come from.
 *
 * @typedef {{form: string, socket: string, time_zone: string, can_edit: boolean, user: {id: string, name: string}}} Room
 */

import { Account } from './account.js';
import { KeptForm } from './kept-form.js';
import { FormApi } from './net/form-api.js';
import { LAST_BYTES, sendLast } from './net/last-edits.js';
import { Socket } from './net/socket.js';
import { Outboxes } from './storage/outboxes.js';
import { SyncClient } from './sync/client.js';
import { KeptEdits } from './ui/kept-edits.js';
import { FormPage } from './ui/page.js';
import { currentToken } from './ui/session/tokens.js';

const room = /** @type {Room} */ (JSON.parse(document.getElementById('room')?.textContent ?? 'null'));
const outboxes = new Outboxes(room.user.id);
/** Which connection there is: what was meant for one that is no more is not sent over the next. */
let line = 0;

const newId = () => crypto.randomUUID?.() ?? `id-${[...crypto.getRandomValues(new Uint32Array(4))].join('-')}`;

const kept = await KeptForm.find({ user: room.user.id, form: room.form, outboxes, newId });
const client = new SyncClient({
    clientId: kept.clientId,
    send(message) {
        const meantFor = line;
        const send = () => line === meantFor && socket.send(message);
        if (message.type === 'submit') {
            kept.beforeSending(send);
        } else {
            send();
        }
    },
    emit(event) {
        switch (event.type) {
            case 'rejoin':
                socket.reopen();
                break;
            case 'client':
                kept.renamed(event.clientId);
                break;
            case 'undelivered':
                kept.changed();
                break;
            case 'form':
            case 'status':
                kept.changed(); // of a form that is closed less is kept; when all is saved, there may be more to load
                page.handle(event);
                break;
            default:
                page.handle(event);
        }
    },
    newRowId: newId,
    newClientId: newId,
});
const page = new FormPage(document.documentElement, client, {
    zone: room.time_zone,
    canEdit: room.can_edit,
    api: new FormApi({ form: room.form, user: room.user.id }),
});
const account = new Account({
    typed: () => page.unsaved.list(),
    kept: 'All of it stays here. What is complete is saved as soon as you are signed in here again.',
    outboxes,
    revived() {
        page.signedInAgain();
        socket.open();
    },
    left() {
        socket.close();
        kept.end();
    },
});
const socket = new Socket(room.socket, {
    dialing: () => client.dialing(),
    opened() {
        line += 1;
        client.opened();
    },
    received(message) {
        account.received(message);
        if (!account.isGoing) {
            client.received(message); // what was typed here is not to be sent by somebody else (I7)
        }
    },
    closed(how) {
        line += 1;
        client.closed(how);
        account.closed(how);
    },
});

const keptEdits = new KeptEdits(document, page.toasts);
kept.goOn(client, {
    mayKeep: () => !account.isGoing,
    told: (canKeep) => page.saveState.keeps(canKeep),
    offer: (next) => keptEdits.offer(next),
});
keptEdits.found(kept.found);
socket.open();

window.addEventListener('pagehide', () => {
    const last = account.isGoing ? null : kept.leave(LAST_BYTES);
    if (last !== null) {
        sendLast(room.form, last, currentToken());
    }
});
window.addEventListener('beforeunload', (event) => page.hasUnsaved && !account.isGoing && event.preventDefault());
