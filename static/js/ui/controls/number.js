// @ts-check
/**
 * Numbers as people write them. Pure.
 *
 * Owns what counts as a number and what is said while it is none yet. What cannot be read for sure is not guessed:
 * "1,500" is one and a half to some and one thousand five hundred to others.
 *
 * @typedef {{value: any, note?: undefined} | {value?: undefined, note: string}} Reading
 *   What a control holds: a value to save, or why it is not saved.
 */

const LARGEST = 2 ** 53;
const GROUPED = /^[+-]?\d{1,3}([ \u00a0\u202f']\d{3})+(?=$|[.,])/;
const UNFINISHED = /^[+-]?[.,]?$|^[+-]?\d*[.,]?\d*e[+-]?$/i;
const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * @param {string} typed
 * @param {{whole?: boolean}} [options]
 * @returns {Reading}
 */
export function readNumber(typed, { whole = false } = {}) {
    const text = typed.trim().replace(/[\u2212\u2013]/g, '-');
    if (text === '') {
        return { value: null };
    }
    if (UNFINISHED.test(text)) {
        return { note: 'Not a number yet, so not saved.' };
    }
    if (/^[+-]?\d{1,3},\d{3}$/.test(text)) {
        return { note: 'Not saved: write it without the comma, or with a point.' };
    }
    const plain = withPoint(text);
    if (plain === null || !PLAIN.test(plain)) {
        return { note: 'Not saved: this is not a number.' };
    }
    return fitting(Number(plain), whole);
}

/**
 * @param {number} number
 * @param {boolean} whole
 * @returns {Reading}
 */
function fitting(number, whole) {
    if (!Number.isFinite(number) || (whole && Math.abs(number) > LARGEST)) {
        return { note: 'Not saved: this number is too large.' };
    }
    if (whole && !Number.isInteger(number)) {
        return { note: 'Not saved: only whole numbers fit here.' };
    }
    return { value: number === 0 ? 0 : number };
}

/**
 * The same number with a point and no groups; null where separators contradict each other.
 *
 * @param {string} text
 * @returns {string | null}
 */
function withPoint(text) {
    const bare = GROUPED.test(text) ? text.replace(/[ \u00a0\u202f']/g, '') : text;
    const comma = bare.lastIndexOf(',');
    const point = bare.lastIndexOf('.');
    if (comma < 0) {
        return bare;
    }
    const [decimal, group] = comma > point ? [',', '.'] : ['.', ','];
    const [integers, fraction, more] = bare.split(decimal);
    if (more !== undefined) {
        return point < 0 && isGrouped(bare, ',') ? bare.replaceAll(',', '') : null;
    }
    if (integers.includes(group) && !isGrouped(integers, group)) {
        return null;
    }
    return `${integers.replaceAll(group, '')}.${fraction}`;
}

/**
 * @param {string} integers
 * @param {string} separator
 */
function isGrouped(integers, separator) {
    const [first, ...rest] = integers.replace(/^[+-]/, '').split(separator);
    return /^\d{1,3}$/.test(first) && rest.every((group) => /^\d{3}$/.test(group));
}

/**
 * @param {unknown} value
 * @returns {string}
 */
export function writeNumber(value) {
    return typeof value === 'number' ? String(value) : '';
}
