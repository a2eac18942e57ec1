// @ts-check
/**
 * The form's page, put together: the sync client in the middle, the socket on its one side, the page on the other.
 *
 * The only place that knows all three, and where chance and the tab's storage come from.
 *
 * @typedef {{form: string, socket: string, time_zone: string, can_edit: boolean, user: {id: string, name: string}}} Room
 */

import { Socket } from './net/socket.js';
import { CloseCode } from './protocol/codes.js';
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
const page = new FormPage(document.documentElement, client, { zone: room.time_zone, canEdit: room.can_edit });
const socket = new Socket(room.socket, {
    dialing: () => client.dialing(),
    opened: () => client.opened(),
    received: (message) => (isSomebodyElses(message) ? leave() : client.received(message)),
    closed,
});

const kept = tab.take();
if (kept !== null) {
    client.restore(kept);
}
socket.open();

/**
 * Somebody else has signed in with this browser since the page was loaded: what was typed here is not theirs to send (I7).
 *
 * @param {any} message
 */
function isSomebodyElses(message) {
    return message.type === 'joined' && message.you.user.id !== room.user.id;
}

function leave() {
    socket.close();
    const reason = 'Somebody else is signed in here now.';
    closed({ code: CloseCode.NOT_SIGNED_IN, reason, final: true, offline: false, device: null, at: null });
}

/** @param {import('./net/socket.js').Ending} how */
function closed(how) {
    page.ended(how);
    client.closed(how);
}

/** What is not saved is put by while the page is out of sight: it may never come back from there. */
function putBy() {
    if (document.visibilityState === 'hidden') {
        const { waiting, refused } = client.status;
        tab.keep(waiting + refused > 0 ? client.undelivered() : null);
    }
}

document.addEventListener('visibilitychange', () => {
    tab.keep(null);
    putBy();
});
window.addEventListener('pageshow', ({ persisted }) => persisted && location.reload()); // I7: not out of the browser's memory
window.addEventListener('beforeunload', (event) => page.hasUnsaved && event.preventDefault());
