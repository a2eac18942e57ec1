// @ts-check
/**
 * Nobody is signed in here: what this browser kept of somebody is swept away (I7), and the other tabs are told of who has
 * signed out, or else to ask.
 *
 * An outbox stays for its person where they did not leave on purpose, and so does what is kept of a draft: they may sign in
 * again. Whoever else does, sweeps it away with the first page.
 */

import { sweepDrafts } from './kept-drafts.js';
import { joinTabs } from './net/tabs.js';
import { End } from './protocol/codes.js';
import { Database } from './storage/database.js';
import { sweepAll, takeLeft } from './tab.js';

/** How a sign-in ends that its person, or the next one, ended on purpose: here, or for every place. */
const ON_PURPOSE = new Set([End.SIGNED_OUT, End.EVERYWHERE, End.TAKEN_OVER]);

const user = takeLeft();
const { ended } = /** @type {HTMLElement | null} */ (document.querySelector('[data-ended]'))?.dataset ?? {};
sweepAll();
if (user !== null || ON_PURPOSE.has(/** @type {any} */ (ended))) {
    sweepDrafts();
    new Database().clear().catch(() => {}); // a browser that keeps nothing has nothing to sweep
}
joinTabs(() => {})(user === null ? { type: 'look' } : { type: 'left', user });
