// @ts-check
/**
 * The few things done to the DOM everywhere: finding what the server has rendered, and making elements.
 *
 * Must not know what a form is. Nothing here ever parses HTML: what people type becomes text nodes.
 */

/**
 * What the templates promise to be there.
 *
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function find(root, selector) {
    const found = root.querySelector(selector);
    if (!(found instanceof HTMLElement)) {
        throw new Error(`The page has no ${selector}.`);
    }
    return found;
}

/**
 * @param {string} tag
 * @param {{text?: string, on?: Record<string, (event: any) => void>, [attribute: string]: any}} [options] `text`,
 *   listeners in `on`, everything else is an attribute; null and false leave an attribute out.
 * @param {...(Node | string | null)} children
 * @returns {HTMLElement}
 */
export function make(tag, options = {}, ...children) {
    const element = document.createElement(tag);
    const { text, on = {}, ...attributes } = options;
    for (const [name, value] of Object.entries(attributes)) {
        if (value !== null && value !== undefined && value !== false) {
            element.setAttribute(name, value === true ? '' : String(value));
        }
    }
    for (const [type, listener] of Object.entries(on)) {
        element.addEventListener(type, listener);
    }
    if (text !== undefined) {
        element.textContent = text;
    }
    element.append(...children.filter((child) => child !== null));
    return element;
}

/**
 * A button that does one thing.
 *
 * @param {string} label
 * @param {() => void} press
 * @param {string} [classes]
 * @returns {HTMLElement}
 */
export function button(label, press, classes = 'button button-small') {
    return make('button', { type: 'button', class: classes, text: label, on: { click: press } });
}

/**
 * Sets a text only where it differs: what is not touched is not announced and not laid out again.
 *
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
    if (element.textContent !== text) {
        element.textContent = text;
    }
}

/** @param {EventTarget | null} target */
export function isTextControl(target) {
    return target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === 'text');
}

/**
 * Brings something on the screen and puts the focus there, without a jump for those who get sick of it.
 *
 * @param {HTMLElement} element
 */
export function goTo(element) {
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: 'center', behavior: calm ? 'auto' : 'smooth' });
}
