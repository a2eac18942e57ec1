// @ts-check
/** A page with instants on it: shows each in the reader's own time zone. Without this they are in UTC, and say so. */

for (const time of document.querySelectorAll('time[data-local]')) {
    const at = new Date(time.getAttribute('datetime') ?? '');
    if (!Number.isNaN(at.getTime())) {
        time.setAttribute('title', time.textContent ?? '');
        time.textContent = at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
    }
}
