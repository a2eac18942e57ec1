// @ts-check
/**
 * Puts a parent's children in order with few moves, and never moves one of them: the one that holds the focus.
 *
 * An element that is taken out and put in again loses the focus, its caret and an open picker, so around a row somebody
 * is in, the others are moved. Works on anything with the three things it needs of the DOM; tested with plain lists.
 *
 * @template T
 * @typedef {Object} Line
 * @property {() => T | null} first
 * @property {(item: T) => T | null} next
 * @property {(item: T, before: T | null) => void} put
 */

/**
 * @template T
 * @param {Line<T>} line
 * @param {T[]} wanted all that are to be in the line, and already are or are new
 * @param {T | null} fixed
 */
export function arrange(line, wanted, fixed) {
    let cursor = line.first();
    for (const item of wanted) {
        if (item === cursor) {
            cursor = line.next(item);
            continue;
        }
        // One item that went elsewhere shows as its neighbour coming too early: it steps aside, not the whole rest.
        while (cursor !== null && cursor !== fixed && line.next(cursor) === item) {
            const aside = cursor;
            cursor = line.next(aside);
            line.put(aside, null);
        }
        if (item === fixed) {
            while (cursor !== null && cursor !== item) {
                const aside = cursor;
                cursor = line.next(aside);
                line.put(aside, null);
            }
        }
        if (item === cursor) {
            cursor = line.next(item);
        } else {
            line.put(item, cursor);
        }
    }
}
