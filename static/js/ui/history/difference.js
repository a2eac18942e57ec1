// @ts-check
/**
 * What differs between two texts, as a person reads it: by words, with a little of what stands around. Pure.
 *
 * @typedef {{kind: 'same' | 'added' | 'removed' | 'left-out', text: string}} Piece
 */

/** Beyond this many words on both sides, times each other, only the changed middle is shown as one. */
const MOST_WORK = 1_000_000;
const AROUND = 40;

/**
 * @param {string} before
 * @param {string} after
 * @returns {Piece[]} joined without `removed` and what is left out, it is `after`
 */
export function difference(before, after) {
    const [old, now] = [wordsOf(before), wordsOf(after)];
    const head = shared(old.length, now.length, (at) => old[at] === now[at]);
    const rest = Math.min(old.length, now.length) - head;
    const tail = shared(rest, rest, (at) => old[old.length - 1 - at] === now[now.length - 1 - at]);
    /** @type {Piece[]} */
    const pieces = [];
    add(pieces, 'same', old.slice(0, head));
    middle(pieces, old.slice(head, old.length - tail), now.slice(head, now.length - tail));
    add(pieces, 'same', old.slice(old.length - tail));
    return pieces;
}

/**
 * The same, with what is far from any change left out.
 *
 * @param {Piece[]} pieces
 * @returns {Piece[]}
 */
export function shortened(pieces) {
    return pieces.flatMap((piece, index) => {
        if (piece.kind !== 'same') {
            return [piece];
        }
        const characters = [...piece.text];
        const before = index === 0 ? '' : characters.slice(0, AROUND).join('');
        const after = index === pieces.length - 1 ? '' : characters.slice(-AROUND).join('');
        const kept = (index === 0 ? 0 : AROUND) + (index === pieces.length - 1 ? 0 : AROUND);
        if (characters.length <= kept + AROUND) {
            return [piece];
        }
        /** @type {Piece[]} */
        const parts = [
            { kind: 'same', text: before },
            { kind: 'left-out', text: '…' },
            { kind: 'same', text: after },
        ];
        return parts.filter(({ text }) => text !== '');
    });
}

/**
 * Words, the spaces between them, and each other sign.
 *
 * @param {string} text
 * @returns {string[]}
 */
function wordsOf(text) {
    return text.match(/[\p{L}\p{N}\p{M}_]+|\s+|[^]/gu) ?? [];
}

/**
 * @param {number} one
 * @param {number} other
 * @param {(at: number) => boolean} isSame
 */
function shared(one, other, isSame) {
    let length = 0;
    while (length < one && length < other && isSame(length)) {
        length += 1;
    }
    return length;
}

/**
 * The longest common words of both, by the table of their lengths.
 *
 * @param {Piece[]} pieces
 * @param {string[]} old
 * @param {string[]} now
 */
function middle(pieces, old, now) {
    if (old.length * now.length > MOST_WORK) {
        add(pieces, 'removed', old);
        add(pieces, 'added', now);
        return;
    }
    const width = now.length + 1;
    const lengths = new Uint32Array((old.length + 1) * width);
    for (let i = old.length - 1; i >= 0; i -= 1) {
        for (let j = now.length - 1; j >= 0; j -= 1) {
            lengths[i * width + j] =
                old[i] === now[j]
                    ? lengths[(i + 1) * width + j + 1] + 1
                    : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
        }
    }
    let [i, j] = [0, 0];
    while (i < old.length || j < now.length) {
        if (i < old.length && j < now.length && old[i] === now[j]) {
            add(pieces, 'same', [old[i]]);
            i += 1;
            j += 1;
        } else if (i < old.length && (j === now.length || lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])) {
            add(pieces, 'removed', [old[i]]);
            i += 1;
        } else {
            add(pieces, 'added', [now[j]]);
            j += 1;
        }
    }
}

/**
 * @param {Piece[]} pieces
 * @param {Piece['kind']} kind
 * @param {string[]} words
 */
function add(pieces, kind, words) {
    const text = words.join('');
    const last = pieces.at(-1);
    if (text !== '' && last?.kind === kind) {
        last.text += text;
    } else if (text !== '') {
        pieces.push({ kind, text });
    }
}
