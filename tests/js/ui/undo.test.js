// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wayOf } from '../../../static/js/ui/undo.js';

/**
 * @param {string} key
 * @param {Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>>} [held]
 */
function way(key, held = { ctrlKey: true }) {
    return wayOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });
}

test('Ctrl+Z and Command+Z undo, with Shift or as Ctrl+Y they redo, and nothing else does', () => {
    assert.equal(way('z'), 'undo');
    assert.equal(way('z', { metaKey: true }), 'undo');
    assert.equal(way('Z', { ctrlKey: true, shiftKey: true }), 'redo');
    assert.equal(way('y'), 'redo');
    assert.equal(way('y', { ctrlKey: true, shiftKey: true }), null);
    assert.equal(way('z', {}), null);
    assert.equal(way('z', { ctrlKey: true, altKey: true }), null, 'AltGr types a letter on some keyboards');
    assert.equal(way('x'), null);
});
