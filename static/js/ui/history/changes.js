// @ts-check
/**
 * The changes of one field as far as they are known here: pages of older ones, and what came since. Pure.
 *
 * @typedef {{version: number, from_version: number, at: string, by: {id: string, name: string}, kind: string,
 *   before: any, after: any}} Change newest first wherever there are several
 * @typedef {{changes: Change[], more: boolean}} Page
 */

/** @type {Page} */
export const NOTHING = Object.freeze({ changes: [], more: false });

/**
 * Older ones below those that are known.
 *
 * @param {Page} known
 * @param {Page} older
 * @returns {Page}
 */
export function withOlder(known, older) {
    return { changes: [...known.changes, ...older.changes], more: older.more };
}

/**
 * The newest ones above those that are known. What somebody is still typing is one change that grows.
 *
 * @param {Page} known
 * @param {Page} newest
 * @returns {Page}
 */
export function withNewest(known, newest) {
    const oldest = newest.changes.at(-1);
    if (oldest === undefined || !newest.more) {
        return newest;
    }
    const isJoined = known.changes.some(({ version }) => version >= oldest.from_version);
    if (!isJoined) {
        return newest; // more came than a page holds: between the two there may be others
    }
    const older = known.changes.filter(({ version }) => version < oldest.from_version);
    return { changes: [...newest.changes, ...older], more: older.length === 0 ? newest.more : known.more };
}

/**
 * Below which version older ones are to be asked for.
 *
 * @param {Page} known
 * @returns {number | null}
 */
export function beforeWhich({ changes }) {
    return changes.at(-1)?.from_version ?? null;
}
