// @ts-check
/**
 * The CSRF token of the page's forms. With every sign-in it is another: a form that was there before would be refused.
 */

const NAME = 'csrfmiddlewaretoken';

/** @param {string} token */
export function refreshTokens(token) {
    for (const input of document.querySelectorAll(`input[name="${NAME}"]`)) {
        /** @type {HTMLInputElement} */ (input).value = token;
    }
}

/** @returns {string} the one that the page would send now */
export function currentToken() {
    const input = document.querySelector(`input[name="${NAME}"]`);
    return input instanceof HTMLInputElement ? input.value : '';
}
