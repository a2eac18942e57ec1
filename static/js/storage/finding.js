// @ts-check
/**
 * What a form's page goes on from when it is loaded: what its own tab kept, or else what a tab kept that is no more.
 *
 * Owns the order of that, and that no two tabs ever go on from the same: a tab holds its name, and what was kept under a
 * name is read by whoever holds it. Must not know what was kept, nor how a name is held.
 *
 * @typedef {import('./database.js').Entry} Entry
 * @typedef {Pick<import('./outboxes.js').Outboxes, 'list' | 'read' | 'remove'>} Outboxes
 * @typedef {Pick<import('../tab.js').Tab, 'hasNames' | 'ownName' | 'rename' | 'adopt' | 'goBy' | 'copy' | 'forget'>} Tab
 * @typedef {{clientId: string, kept: any, foundAt: number | null}} Start `kept`: null where there is nothing to go on
 *   from; `foundAt`: when it was kept, by a tab that is no more
 */

/**
 * @param {{form: string, tab: Tab, outboxes: Outboxes, newId: () => string}} given
 * @returns {Promise<Start>}
 */
export async function findStart({ form, tab, outboxes, newId }) {
    if (!tab.hasNames) {
        const kept = tab.copy?.kept ?? null;
        return { clientId: kept?.clientId ?? newId(), kept, foundAt: null };
    }
    const [own, entries] = await Promise.all([tab.ownName(), outboxes.list(form)]);
    return (
        (own === null ? null : await ownStart(own, form, tab, outboxes)) ??
        (await orphanStart(own, entries ?? [], form, tab, outboxes)) ?? {
            clientId: own === null || entries === null ? newName(tab, newId) : own, // unread is not to be written over
            kept: null,
            foundAt: null,
        }
    );
}

/**
 * What tabs have kept that are no more, the oldest first.
 *
 * @param {Entry[]} entries
 * @param {Set<string>} held the names that are held
 */
export function orphansAmong(entries, held) {
    return entries.filter(({ clientId }) => !held.has(clientId));
}

/**
 * What the page before this one kept in this tab. Its copy was made last, where there is one: unless another tab has gone
 * on under this name since, and is no more either.
 *
 * @param {string} own
 * @param {string} form
 * @param {Tab} tab
 * @param {Outboxes} outboxes
 * @returns {Promise<Start | null>}
 */
async function ownStart(own, form, tab, outboxes) {
    const copy = tab.copy?.name === own ? tab.copy : null;
    const entry = await outboxes.read(form, own);
    if (entry !== null && (copy === null || entry.at > copy.at)) {
        tab.forget();
        return { clientId: own, kept: entry.kept, foundAt: null };
    }
    if (copy !== null && copy.kept === null) {
        await outboxes.remove(form, own); // all of it was acknowledged before that could be written
        tab.forget();
        return null;
    }
    return copy === null ? null : { clientId: own, kept: copy.kept, foundAt: null };
}

/**
 * @param {string | null} own
 * @param {Entry[]} entries
 * @param {string} form
 * @param {Tab} tab
 * @param {Outboxes} outboxes
 * @returns {Promise<Start | null>}
 */
async function orphanStart(own, entries, form, tab, outboxes) {
    for (const { clientId } of entries.filter((entry) => entry.clientId !== own)) {
        const letGo = await tab.adopt(clientId);
        const entry = letGo === null ? null : await outboxes.read(form, clientId); // as it is now: another may have sent it
        if (entry !== null) {
            tab.goBy(clientId);
            return { clientId, kept: entry.kept, foundAt: entry.at };
        }
        letGo?.();
    }
    return null;
}

/**
 * @param {Tab} tab
 * @param {() => string} newId
 */
function newName(tab, newId) {
    const name = newId();
    tab.rename(name);
    return name;
}
