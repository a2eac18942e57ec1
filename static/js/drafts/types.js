// @ts-check
/**
 * The words that a draft and what is around it share.
 *
 * @typedef {import('./data.js').Data} Data
 *
 * @typedef {{kind: 'stored', data: Data, version: number, savedAt: string | null}} Stored as the server has it
 * @typedef {{version: number, data: Data | null, savedAt: string | null}} Ground what is on a page builds on it; `data`: what
 *   the server has in it, null where that is not known
 * @typedef {{kind: 'saved', version: number, savedAt: string}} Saved
 * @typedef {{kind: 'conflict', data: Data, version: number, savedAt: string | null}} Conflict there is a newer one
 * @typedef {{kind: 'ended', version: number}} Ended it was sent or discarded
 * @typedef {'unreachable' | 'signed_out' | 'foreign' | 'too_large' | 'refused'} Trouble `foreign`: another person is
 *   signed in with this browser now; `unreachable`: may well go through in a moment
 * @typedef {{kind: Trouble, message: string}} Failure
 *
 * @typedef {{
 *   load: () => Promise<Stored | Failure>,
 *   save: (data: Data, base: number) => Promise<Saved | Conflict | Ended | Failure>,
 *   discard: () => Promise<Ended | Failure>,
 *   saveAndLeave: (data: Data, base: number) => void,
 * }} Api `saveAndLeave`: nobody will be there to hear the answer
 *
 * @typedef {{base: number, data: Data, sent: string[], at: string}} Copy what is not known to be saved: typed on top of
 *   version `base`, at that time; `sent`: fingerprints of what was sent on top of it, and not answered
 * @typedef {{
 *   read: () => Copy | null,
 *   write: (copy: Copy) => boolean,
 *   remove: () => void,
 *   holds: () => boolean,
 * }} Storage of the browser, one's own part of it; `write` says whether it could, `holds` whether it still is as written
 *
 * @typedef {{read: () => Data, fill: (data: Data) => void, blank: Data | null}} Page `blank`: what the form holds before
 *   anything is typed; null: it came with something typed in it
 *
 * @typedef {{version: number, isOver: boolean}} News what a tab tells the others; `isOver`: there is no draft any more
 *
 * @typedef {{now: () => number, setTimeout: (run: () => void, ms: number) => any, clearTimeout: (timer: any) => void,
 *   random: () => number}} Clock `now`: the time of day
 *
 * @typedef {{api: Api, page: Page, storage: Storage, clock: Clock, version: number, tell: (news: News) => void,
 *   changed: () => void}} Given what a draft needs of the rest; `version`: the newest when the page was made
 *
 * @typedef {'opening' | 'open' | 'apart' | 'over' | 'stopped'} State `opening`: what the server has is not known yet. `apart`:
 *   there are two, and somebody has to choose. `over`: it was sent or discarded elsewhere. `stopped`: this browser is
 *   another person's
 * @typedef {'none' | 'saving' | 'saved' | 'apart' | 'over' | Trouble} Line
 * @typedef {{kind: 'restored' | 'buffered' | 'discarded' | 'changed' | 'both' | 'over', at: string | null, isTab: boolean}} Notice
 *   `buffered`: out of this browser, for the server did not answer. `changed`: elsewhere; `both`: something else was typed
 *   here before. `isTab`: another tab of this browser did it
 * @typedef {{line: Line, message: string, savedAt: string | null, cannotKeep: boolean, notice: Notice | null}} View
 */

export {};
