// @ts-check
/** A page without a live form, of somebody who is signed in: hears at once when the sign-in ends, or is about to. */

import { Account } from './account.js';
import { Socket } from './net/socket.js';
import { typedIn } from './ui/session/typed.js';

const account = new Account({
    typed: () => typedIn(document),
    kept: 'All of it stays in its fields, to be sent when you are signed in here again.',
    revived: () => watch.open(),
    left: () => watch.close(),
});
const watch = new Socket('/ws/session/', {
    opened() {},
    received: (message) => account.received(message),
    closed: (how) => account.closed(how),
});
watch.open();
