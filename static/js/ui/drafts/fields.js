// @ts-check
/**
 * The fields of an ordinary form as data, and back.
 *
 * A name that several controls share has a list of their values; a checkbox of its own yes or no. Passwords, files, hidden
 * fields and buttons are never read: nor is what was a password when the page was made, nor what is marked
 * `data-draft-skip`, or by its `autocomplete` as a card's number or a code.
 *
 * @typedef {import('../../drafts/types.js').Data} Data
 * @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control
 */

const NEVER = new Set(['password', 'file', 'hidden', 'submit', 'button', 'image', 'reset']);
const SECRET = /(?:^|\s)(?:(?:current|new)-password|one-time-code|cc-[a-z-]+)(?:\s|$)/;

export class Fields {
    #form;
    #passwords;
    #isFilling = false;

    /**
     * @param {HTMLFormElement} form
     * @param {boolean} isFilled it came with something in it that was typed before
     */
    constructor(form, isFilled) {
        this.#form = form;
        this.#passwords = new WeakSet(form.querySelectorAll('input[type="password"]'));
        /** What it holds before anything is typed; null: that is not known */
        this.blank = isFilled ? null : this.#gather(valuesAtFirst);
    }

    /** @returns {Data} */
    read() {
        return this.#gather(valuesOf);
    }

    /**
     * Fills in what there is a control for, and leaves the rest alone.
     *
     * @param {Data} data
     */
    fill(data) {
        this.#isFilling = true;
        for (const [name, controls] of this.#groups()) {
            if (Object.hasOwn(data, name)) {
                fillGroup(controls, data[name]);
            }
        }
        this.#isFilling = false;
    }

    /**
     * Whether somebody did this, to a field that is read.
     *
     * @param {Event} event
     */
    isTyping({ target }) {
        const control = /** @type {Control} */ (target);
        return !this.#isFilling && control.form === this.#form && this.#isRead(control);
    }

    /**
     * @param {(controls: Control[]) => any} value
     * @returns {Data}
     */
    #gather(value) {
        return Object.fromEntries([...this.#groups()].map(([name, controls]) => [name, value(controls)]));
    }

    /** @returns {Map<string, Control[]>} the controls that are read, by their names */
    #groups() {
        /** @type {Map<string, Control[]>} */
        const groups = new Map();
        for (const element of this.#form.elements) {
            const control = /** @type {Control} */ (element);
            if (this.#isRead(control)) {
                groups.set(control.name, [...(groups.get(control.name) ?? []), control]);
            }
        }
        return groups;
    }

    /** @param {Control} control */
    #isRead(control) {
        return (
            control.matches('input, textarea, select') &&
            control.name !== '' &&
            !NEVER.has(control.type) &&
            !this.#passwords.has(control) &&
            !SECRET.test(control.autocomplete) &&
            !control.hasAttribute('data-draft-skip')
        );
    }
}

/** @param {Control[]} controls */
function valuesOf(controls) {
    const [first] = controls;
    if (isTick(first)) {
        const ticked = controls.filter((control) => /** @type {HTMLInputElement} */ (control).checked);
        return valueOfTicks(controls, ticked);
    }
    return single(controls.map((control) => (isSeveral(control) ? selected(control) : control.value)));
}

/** @param {Control[]} controls */
function valuesAtFirst(controls) {
    const [first] = controls;
    if (isTick(first)) {
        const ticked = controls.filter((control) => /** @type {HTMLInputElement} */ (control).defaultChecked);
        return valueOfTicks(controls, ticked);
    }
    return single(controls.map(valueAtFirst));
}

/** @param {Control} control */
function valueAtFirst(control) {
    if (!(control instanceof HTMLSelectElement)) {
        return control.defaultValue;
    }
    const options = [...control.options];
    const chosen = options.filter((option) => option.defaultSelected);
    if (control.multiple) {
        return chosen.map((option) => option.value);
    }
    return (chosen.at(-1) ?? options.find((option) => !option.disabled))?.value ?? '';
}

/**
 * @param {Control[]} controls
 * @param {Control[]} ticked
 */
function valueOfTicks(controls, ticked) {
    if (controls[0].type === 'radio') {
        return ticked[0]?.value ?? null;
    }
    return controls.length === 1 ? ticked.length === 1 : ticked.map((control) => control.value);
}

/**
 * @param {Control[]} controls
 * @param {any} value as it was read once, perhaps from another state of the form
 */
function fillGroup(controls, value) {
    const values = Array.isArray(value) ? value : [value];
    controls.forEach((control, index) => {
        if (isTick(control)) {
            tick(/** @type {HTMLInputElement} */ (control), value === true || values.includes(control.value));
        } else if (isSeveral(control)) {
            const chosen = controls.length === 1 ? values : values[index];
            choose(control, Array.isArray(chosen) ? chosen : [chosen]);
        } else if (typeof values[index] === 'string' && control.value !== values[index]) {
            write(control, values[index]);
        }
    });
}

/**
 * @param {HTMLInputElement} control
 * @param {boolean} isTicked
 */
function tick(control, isTicked) {
    if (control.checked !== isTicked) {
        control.checked = isTicked;
        tell(control);
    }
}

/**
 * @param {HTMLSelectElement} control
 * @param {any[]} values
 */
function choose(control, values) {
    for (const option of control.options) {
        option.selected = values.includes(option.value);
    }
    tell(control);
}

/**
 * A choice that is no longer there leaves the field as it is.
 *
 * @param {Control} control
 * @param {string} value
 */
function write(control, value) {
    if (control instanceof HTMLSelectElement && ![...control.options].some((option) => option.value === value)) {
        return;
    }
    control.value = value;
    tell(control);
}

/**
 * What else on the page listens hears of it.
 *
 * @param {Control} control
 */
function tell(control) {
    control.dispatchEvent(new Event('input', { bubbles: true }));
    control.dispatchEvent(new Event('change', { bubbles: true }));
}

/** @param {Control} control */
function isTick(control) {
    return control.type === 'checkbox' || control.type === 'radio';
}

/**
 * @param {Control} control
 * @returns {control is HTMLSelectElement}
 */
function isSeveral(control) {
    return control.type === 'select-multiple';
}

/** @param {HTMLSelectElement} control */
function selected(control) {
    return [...control.selectedOptions].map((option) => option.value);
}

/** @param {any[]} values */
function single(values) {
    return values.length === 1 ? values[0] : values;
}
