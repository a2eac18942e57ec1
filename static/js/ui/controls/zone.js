// @ts-check
/**
 * Instants and the wall clock of a form's time zone. Pure.
 *
 * A form shows times as the clocks at its place show them, whoever reads it from wherever. Twice a year that clock
 * skips an hour or goes through one twice: a time that never was is not saved, one that was twice is asked about.
 */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const LOCAL = /^(\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?/;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * The instant as the wall clock shows it, in the form that `<input type="datetime-local">` takes.
 *
 * @param {string} instant
 * @param {string} zone
 * @returns {string} empty where it is no instant
 */
export function toLocal(instant, zone) {
    const time = Date.parse(instant);
    if (Number.isNaN(time)) {
        return '';
    }
    const wall = new Date(time + offsetAt(time, zone)).toISOString();
    return wall.slice(17, 19) === '00' ? wall.slice(0, 16) : wall.slice(0, 19);
}

/**
 * The instants at which the wall clock shows this: one; none in the hour that is skipped; two, the earlier first, in
 * the hour that comes twice.
 *
 * @param {string} local
 * @param {string} zone
 * @returns {string[]}
 */
export function toInstants(local, zone) {
    const parts = LOCAL.exec(local);
    if (parts === null) {
        return [];
    }
    const [year, month, day, hour, minute, second = 0] = parts.slice(1).map((part) => Number(part ?? 0));
    const wall = Date.UTC(year, month - 1, day, hour, minute, second);
    const offsets = new Set([offsetAt(wall - DAY, zone), offsetAt(wall + DAY, zone)]);
    return [...offsets]
        .map((offset) => ({ offset, time: wall - offset }))
        .filter(({ offset, time }) => offsetAt(time, zone) === offset)
        .map(({ time }) => time)
        .sort((one, other) => one - other)
        .map((time) => `${new Date(time).toISOString().slice(0, 19)}Z`);
}

/**
 * How far the wall clock is ahead of UTC at an instant, in milliseconds.
 *
 * @param {number} time
 * @param {string} zone
 * @returns {number}
 */
function offsetAt(time, zone) {
    const parts = Object.fromEntries(
        formatFor(zone)
            .formatToParts(time)
            .map(({ type, value }) => [type, value]),
    );
    const wall = Date.UTC(+parts.year, +parts.month - 1, +parts.day, +parts.hour, +parts.minute, +parts.second);
    return wall - Math.floor(time / 1000) * 1000;
}

/** @param {string} zone */
function formatFor(zone) {
    let format = formats.get(zone);
    if (format === undefined) {
        format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
            timeZone: zone,
            hourCycle: 'h23',
            year: 'numeric',
            month: 'numeric',
            day: 'numeric',
            hour: 'numeric',
            minute: 'numeric',
            second: 'numeric',
        });
        formats.set(zone, format);
    }
    return format;
}
