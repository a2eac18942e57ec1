// @ts-check
/**
 * Nobody is signed in here: what this browser kept of somebody is swept away (I7), and the other tabs are told of who has
 * signed out, or else to ask.
 */

import { sweepDrafts } from './kept-drafts.js';
import { joinTabs } from './net/tabs.js';
import { sweep, takeLeft } from './tab.js';

/** @type {string | null} */
let user = null;
try {
    sweep(sessionStorage);
    user = takeLeft();
} catch {
    // A browser that keeps nothing has nothing to sweep.
}
sweepDrafts();
joinTabs(() => {})(user === null ? { type: 'look' } : { type: 'left', user });
