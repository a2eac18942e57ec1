// @ts-check
/**
 * Marks in the list of sections the one that is on the screen.
 */

export class Sections {
    /** @type {Map<string, HTMLElement>} */
    #links = new Map();
    /** @type {Set<string>} */
    #visible = new Set();
    #current = '';

    /** @param {HTMLElement} root */
    constructor(root) {
        const observer = new IntersectionObserver((entries) => this.#saw(entries), { rootMargin: '-20% 0px -60% 0px' });
        for (const link of root.querySelectorAll('[data-section-link]')) {
            const element = /** @type {HTMLElement} */ (link);
            const section = root.querySelector(`[data-section="${CSS.escape(element.dataset.sectionLink ?? '')}"]`);
            if (section !== null) {
                this.#links.set(element.dataset.sectionLink ?? '', element);
                observer.observe(section);
            }
        }
    }

    /** @param {IntersectionObserverEntry[]} entries */
    #saw(entries) {
        for (const { target, isIntersecting } of entries) {
            const key = /** @type {HTMLElement} */ (target).dataset.section ?? '';
            this.#visible[isIntersecting ? 'add' : 'delete'](key);
        }
        const current = [...this.#links.keys()].find((key) => this.#visible.has(key)) ?? this.#current;
        if (current !== this.#current) {
            this.#links.get(this.#current)?.removeAttribute('aria-current');
            this.#links.get(current)?.setAttribute('aria-current', 'true');
            this.#current = current;
        }
    }
}
