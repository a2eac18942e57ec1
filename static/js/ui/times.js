// @ts-check
/**
 * How long ago, in words. Pure: the clock is given.
 */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * @param {string | null} at an instant
 * @param {number} now in milliseconds
 * @returns {string} "just now", "4 min ago", "2 h ago", "12 Mar, 14:02"
 */
export function ago(at, now) {
    const time = at === null ? NaN : Date.parse(at);
    if (Number.isNaN(time)) {
        return '';
    }
    const seconds = Math.max(0, Math.round((now - time) / 1000));
    if (seconds < 45) {
        return 'just now';
    }
    if (seconds < HOUR) {
        return `${Math.max(1, Math.round(seconds / MINUTE))} min ago`;
    }
    if (seconds < DAY) {
        return `${Math.round(seconds / HOUR)} h ago`;
    }
    return new Date(time).toLocaleString(undefined, {
        day: 'numeric',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
    });
}
