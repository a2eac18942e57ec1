// @ts-check
/** The page that starts a form: tells the server the maker's time zone, in which the form shows its times. */

const field = document.querySelector('input[name="time_zone"]');
if (field instanceof HTMLInputElement) {
    field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}
