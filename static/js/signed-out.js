// @ts-check
/** Nobody is signed in here: what a tab kept of somebody is swept away (I7). */

import { sweep } from './tab.js';

try {
    sweep(sessionStorage);
} catch {
    // A browser that keeps nothing has nothing to sweep.
}
