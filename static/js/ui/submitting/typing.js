// @ts-check
/**
 * Who of the others is typing at this moment: who changed something within the last seconds. Pure: the clock is given.
 */

export const LATELY = 10_000;

export class Typing {
    /** @type {Map<string, {name: string, at: number}>} by user id */
    #changes = new Map();

    /**
     * @param {{id: string, name: string}} user who changed something
     * @param {number} now in milliseconds
     */
    changed({ id, name }, now) {
        this.#changes.set(id, { name, at: now });
    }

    /**
     * @param {Iterable<{user: {id: string}}>} others who are here
     * @param {number} now
     * @returns {string[]} their names
     */
    names(others, now) {
        const here = new Set([...others].map(({ user }) => user.id));
        return [...this.#changes]
            .filter(([id, { at }]) => here.has(id) && now - at < LATELY)
            .map(([, { name }]) => name);
    }
}
