// @ts-check
/**
 * One place per type of field: how its control is read, and how a value is put into it.
 *
 * A new type of field is a new entry here and a template in `templates/rooms/fields/`. Texts are read by
 * `text/fields.js`, because they merge character by character; here they are only written.
 *
 * @typedef {import('./number.js').Reading} Reading
 * @typedef {import('../../document/definition.js').Field} Field
 * @typedef {{field: Field, zone: string}} Context
 *
 * @typedef {Object} Kind
 * @property {(control: any, context: Context) => Reading} read
 * @property {(control: any, value: any, context: Context) => void} write
 * @property {(value: any, context: Context) => string} show In words, for panels and for the screen reader.
 */

import { isEmpty } from '../../document/values.js';
import { readNumber, writeNumber } from './number.js';
import { toInstants, toLocal } from './zone.js';

/** @type {Kind} */
const text = {
    read: (control) => ({ value: control.value }),
    write: (control, value) => setValue(control, value ?? ''),
    show: (value) => value ?? '',
};

/** @type {Kind} */
const number = {
    read: (control, { field }) => readNumber(control.value, { whole: field.type === 'integer' }),
    write: (control, value) => setValue(control, writeNumber(value)),
    show: (value, { field }) => (isEmpty(value) ? '' : [writeNumber(value), field.unit].filter(Boolean).join(' ')),
};

/** @type {Kind} */
const date = {
    read: (control) =>
        readPicker(control, (value) =>
            value < '1000' ? { note: 'Not saved yet: the year has four digits.' } : { value },
        ),
    write: writePicker,
    show: (value) =>
        value
            ? new Date(`${value}T00:00Z`).toLocaleDateString(undefined, { timeZone: 'UTC', dateStyle: 'medium' })
            : '',
};

/** @type {Kind} */
const time = {
    read: (control) => readPicker(control, (value) => ({ value })),
    write: writePicker,
    show: (value) => value ?? '',
};

/** @type {Kind} */
const datetime = {
    read: (control, { zone }) => readPicker(control, (value) => readInstant(control, value, zone)),
    write(control, value, { zone }) {
        writePicker(control, value ? toLocal(value, zone) : '');
        control.dataset.instant = value ?? '';
    },
    show: (value, { zone }) => (value ? `${toLocal(value, zone).replace('T', ' ')} (${zone})` : ''),
};

/** @type {Kind} */
const choice = {
    read: (control) => ({ value: control.value === '' ? null : control.value }),
    write: (control, value) => setValue(control, value ?? ''),
    show: (value, { field }) => labelOf(field, value),
};

/** @type {Kind} */
const choices = {
    read(control) {
        const boxes = /** @type {HTMLInputElement[]} */ ([...control.querySelectorAll('input')]);
        const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
        return { value: chosen.length === 0 ? null : chosen };
    },
    write(control, value) {
        for (const box of control.querySelectorAll('input')) {
            box.checked = Array.isArray(value) && value.includes(box.value);
        }
    },
    show: (value, { field }) => (Array.isArray(value) ? value.map((one) => labelOf(field, one)).join(', ') : ''),
};

/** @type {Kind} */
const checkbox = {
    read: (control) => ({ value: control.checked }),
    write(control, value) {
        control.checked = value === true;
    },
    show: (value) => (value === true ? 'Yes' : value === false ? 'No' : ''),
};

/** @type {Record<string, Kind>} */
export const KINDS = {
    text,
    long_text: text,
    integer: number,
    number,
    date,
    time,
    datetime,
    choice,
    choices,
    checkbox,
};

/**
 * What the browser's own pickers hold: nothing, a part of a date, or a value.
 *
 * @param {HTMLInputElement} control
 * @param {(value: string) => Reading} whole
 * @returns {Reading}
 */
function readPicker(control, whole) {
    control.classList.toggle('is-empty', control.value === '');
    if (control.value !== '') {
        return whole(control.value);
    }
    return control.validity.badInput ? { note: 'Not saved yet: a part is missing.' } : { value: null };
}

/**
 * @param {HTMLInputElement} control
 * @param {string | null} value
 */
function writePicker(control, value) {
    setValue(control, value ?? '');
    control.classList.toggle('is-empty', control.value === '');
}

/**
 * @param {HTMLInputElement} control
 * @param {string} local
 * @param {string} zone
 * @returns {Reading}
 */
function readInstant(control, local, zone) {
    if (local < '1000') {
        return { note: 'Not saved yet: the year has four digits.' };
    }
    const instants = toInstants(local, zone);
    if (instants.length === 0) {
        return { note: `Not saved: the clocks in ${zone} skip this time.` };
    }
    // Of the two in the hour that comes twice, the one that is there already is kept.
    const kept = instants.find((instant) => instant === control.dataset.instant);
    return { value: kept ?? instants[0] };
}

/**
 * Sets a value only where it differs: setting moves the caret and ends the browser's own undo.
 *
 * @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} control
 * @param {string} value
 */
function setValue(control, value) {
    if (control.value !== value) {
        control.value = value;
    }
}

/**
 * @param {Field} field
 * @param {string | null} value
 */
function labelOf(field, value) {
    return field.choices.find((one) => one.value === value)?.label ?? value ?? '';
}
