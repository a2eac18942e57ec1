// @ts-check
/**
 * The other tabs of this browser: what one says, all of them hear, and it itself does not.
 *
 * Owns the channel's name and the shape of what is said. What comes of it, `session/` knows. A tab may be of an older
 * release than this one: what it says that is not known here is passed over.
 *
 * @module
 */

import { browser } from './environment.js';

/** @typedef {import('./environment.js').Environment} Environment */
/** @typedef {import('../protocol/messages.js').TabMessage} TabMessage */

const NAME = 'formroom';

/** @type {Record<TabMessage['type'], (message: any) => boolean>} */
const SHAPES = {
    here: ({ user }) => typeof user === 'string',
    left: ({ user }) => typeof user === 'string',
    look: () => true,
    'unsaved?': ({ question }) => typeof question === 'string',
    unsaved: ({ question, count }) => typeof question === 'string' && Number.isSafeInteger(count),
};

/**
 * Joins the other tabs.
 *
 * @param {(message: TabMessage) => void} heard
 * @param {Pick<Environment, 'channel'>} [environment]
 * @returns {(message: TabMessage) => void} tells them something
 */
export function joinTabs(heard, environment = browser) {
    return environment.channel(NAME, (message) => {
        if (isOurs(message)) {
            heard(message);
        }
    });
}

/**
 * @param {any} message
 * @returns {message is TabMessage}
 */
function isOurs(message) {
    return Object.hasOwn(SHAPES, message?.type) && SHAPES[/** @type {TabMessage['type']} */ (message.type)](message);
}
