// @ts-check

/**
 * What still keeps a form from being submitted: every field, and every cell of the rows that are there (C8).
 *
 * The checks of one value are `report` of `values.js`; here they are asked of a whole form, all at once and in its own
 * order: section by section, fields before tables, rows as they stand, columns as they are defined.
 *
 * Its twin is `collab/document/completeness.py`: a page shows the list that the server would answer with.
 *
 * @module
 */

import { report } from './values.js';

/** @typedef {import('./definition.js').Definition} Definition */
/** @typedef {import('./definition.js').Section} Section */
/** @typedef {import('./operations.js').Address} Address */

/** @typedef {{value: (address: Address) => any, rows: (table: string) => Iterable<string>}} Filled a form as it is
 *   filled in: a `SyncClient` is one */

/** @typedef {Address & {code: string, message: string}} Shortcoming something that must be put right, and where */

/**
 * Everything that keeps the form from being submitted, in the order of the form.
 *
 * @param {Definition} definition
 * @param {Filled} filled
 * @returns {Shortcoming[]}
 */
export function shortcomings(definition, filled) {
    return definition.sections.flatMap((section) =>
        [...addresses(section, filled)].flatMap((address) => {
            const field = definition.fieldAt(address);
            const problems = field === null ? [] : report(field, filled.value(address) ?? null);
            return problems.map(({ code, message }) => ({ ...address, code, message }));
        }),
    );
}

/**
 * @param {Section} section
 * @param {Filled} filled
 * @returns {Generator<Address>}
 */
function* addresses(section, filled) {
    for (const { key } of section.fields) {
        yield { field: key };
    }
    for (const table of section.tables) {
        for (const row of filled.rows(table.key)) {
            for (const { key } of table.columns) {
                yield { table: table.key, row, field: key };
            }
        }
    }
}
