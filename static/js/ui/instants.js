// @ts-check
/**
 * Instants as the clocks at the form's place show them. Pure: the clock is given.
 */

/**
 * @param {string} at an instant
 * @param {string} zone the form's
 * @param {Date} now
 * @returns {string} "14:03", or on another day "12 Mar, 14:03", or in another year "12 Mar 2025, 14:03"
 */
export function clockTime(at, zone, now) {
    const then = new Date(at);
    const day = { timeZone: zone, day: 'numeric', month: 'short' };
    const year = { ...day, year: 'numeric' };
    const time = written(then, { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    if (written(then, year) === written(now, year)) {
        return time;
    }
    const [itsYear, thisYear] = [then, now].map((one) => written(one, { timeZone: zone, year: 'numeric' }));
    return `${written(then, itsYear === thisYear ? day : year)}, ${time}`;
}

/**
 * @param {string} at an instant
 * @param {string} zone
 * @returns {string} "12 March 2026, 14:03:22 (Europe/Berlin)"
 */
export function wholeTime(at, zone) {
    const parts = { timeZone: zone, day: 'numeric', month: 'long', year: 'numeric' };
    const clock = { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
    const then = new Date(at);
    return `${written(then, parts)}, ${written(then, clock)} (${zone})`;
}

/**
 * @param {Date} time
 * @param {object} how
 */
function written(time, how) {
    return time.toLocaleString('en-GB', how);
}
