// @ts-check
/**
 * A page with instants on it: shows each in the reader's own time zone. Without this they are in UTC, and say so.
 * `data-local="time"`: of one of today, only the time.
 */

for (const time of document.querySelectorAll('time[data-local]')) {
    const at = new Date(time.getAttribute('datetime') ?? '');
    if (!Number.isNaN(at.getTime())) {
        time.setAttribute('title', time.textContent ?? '');
        time.textContent = shown(at, time.getAttribute('data-local') === 'time');
    }
}

/**
 * @param {Date} at
 * @param {boolean} isTimeEnough where it is today
 */
function shown(at, isTimeEnough) {
    const isToday = at.toDateString() === new Date().toDateString();
    const dateStyle = isTimeEnough && isToday ? undefined : 'medium';
    return at.toLocaleString(undefined, { dateStyle, timeStyle: 'short' });
}
