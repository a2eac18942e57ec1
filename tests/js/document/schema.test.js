// A template's definition is read, or refused with everything that is wrong with it: the same as in Python.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { DefinitionInvalid, readDefinition } from '../../../static/js/document/schema.js';

const vectors = JSON.parse(readFileSync(new URL('../../vectors/definitions.json', import.meta.url), 'utf8'));

function errorsOf(data) {
    try {
        readDefinition(data);
    } catch (error) {
        assert.ok(error instanceof DefinitionInvalid, error.stack);
        return error.errors.map(({ path, code }) => [path, code]);
    }
    return [];
}

describe('readDefinition', () => {
    for (const { name, definition, errors } of vectors) {
        it(name, () => assert.deepEqual(errorsOf(definition), errors));
    }

    it('finds fields by address, whatever they are called', () => {
        const text = { key: 'constructor', type: 'long_text', label: 'L', max_length: 9 };
        const tables = [{ key: 'rows', title: 'R', columns: [{ key: 'n', type: 'integer', label: 'N', default: 1 }] }];
        const definition = readDefinition({
            key: 't',
            title: 'T',
            sections: [{ key: 's', title: 'S', fields: [text], tables }],
        });
        assert.equal(definition.fieldAt({ field: 'constructor' })?.maxLength, 9);
        assert.equal(definition.fieldAt({ field: 'constructor' })?.merges, true);
        assert.equal(definition.fieldAt({ table: 'rows', row: 'r', field: 'n' })?.default, 1);
        assert.equal(definition.fieldAt({ table: 'rows', row: 'r', field: 'n' })?.merges, false);
        assert.equal(definition.fieldAt({ table: null, field: 'toString' }), null);
        assert.equal(definition.fieldAt({ table: 'constructor', field: 'n' }), null);
        assert.deepEqual([...definition.sectionOf], [['constructor', 's'], ['rows', 's']]);
        assert.equal(definition.tables.get('rows')?.columns.length, 1);
    });

    it('takes numbers that JSON does not have for what they are', () => {
        for (const number of [NaN, Infinity]) {
            const field = { key: 'f', type: 'number', label: 'F', min: number };
            const errors = errorsOf({ key: 't', title: 'T', sections: [{ key: 's', title: 'S', fields: [field] }] });
            assert.deepEqual(errors, [['sections[0].fields[0].min', 'type']]);
        }
    });
});
