// @ts-check
/**
 * The form's page, put together: the sync client in the middle, the socket on its one side, the page on the other.
 *
 * The only place that knows all three, and where chance and the tab's storage come from.
 *
 * @typedef {{form: string, socket: string, time_zone: string, can_edit: boolean, user: {id: string, name: string}}} Room
 */

import { Account } from './account.js';
import { FormApi } from './net/form-api.js';
import { Socket } from './net/socket.js';
import { SyncClient } from './sync/client.js';
import { Tab } from './tab.js';
import { FormPage } from './ui/page.js';

const room = /** @type {Room} */ (JSON.parse(document.getElementById('room')?.textContent ?? 'null'));
const tab = new Tab({ user: room.user.id, form: room.form });

const newId = () => crypto.randomUUID?.() ?? `id-${[...crypto.getRandomValues(new Uint32Array(4))].join('-')}`;

const client = new SyncClient({
    clientId: await tab.clientId(newId),
    send: (message) => {
        putBy(); // before it leaves: what is sent and put by must bear the same number
        socket.send(message);
    },
    emit: (event) => {
        switch (event.type) {
            case 'rejoin':
                socket.reopen();
                break;
            case 'client':
                tab.rename(event.clientId);
                break;
            default:
                putBy();
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
    revived() {
        page.signedInAgain();
        socket.open();
    },
    left() {
        socket.close();
        tab.keep(null);
    },
});
const socket = new Socket(room.socket, {
    dialing: () => client.dialing(),
    opened: () => client.opened(),
    received(message) {
        account.received(message);
        if (!account.isGoing) {
            client.received(message); // what was typed here is not to be sent by somebody else (I7)
        }
    },
    closed(how) {
        client.closed(how);
        account.closed(how);
    },
});

const kept = tab.take();
if (kept !== null) {
    client.restore(kept);
}
socket.open();

/** What is not saved is put by while the page is out of sight: it may never come back from there. */
function putBy() {
    if (document.visibilityState === 'hidden' && !account.isGoing) {
        const { waiting, refused } = client.status;
        tab.keep(waiting + refused > 0 ? client.undelivered() : null);
    }
}

document.addEventListener('visibilitychange', () => {
    tab.keep(null);
    putBy();
});
window.addEventListener('beforeunload', (event) => page.hasUnsaved && !account.isGoing && event.preventDefault());
