// @ts-check
/**
 * A room without a network: pages, the reference order, and a wire between them that is moved by hand.
 *
 * Everything passes through JSON, as it would.
 */

import assert from 'node:assert/strict';

import { SyncClient } from '../../../../static/js/sync/client.js';
import { Page } from './page.js';
import { Reference } from './reference.js';

/** @typedef {import('./random.js').Chance} Chance */

/** One person's page with its connection. */
export class Seat {
    page = new Page();
    /** @type {any[]} on the way to the server */
    out = [];
    /** @type {any[]} on the way to the page */
    in = [];
    /** @type {any[]} everything that was ever sent */
    sent = [];
    /** @type {{clientId: string | undefined, frame: any}[]} submits of connections that are no more, still under way */
    late = [];
    isOpen = false;
    wantsRejoin = false;
    /** How far the server has told this connection. */
    told = 0;
    #ids = 0;

    /**
     * @param {Room} room
     * @param {string} name
     */
    constructor(room, name) {
        this.room = room;
        this.name = name;
        this.user = { id: `u-${name}`, name };
        this.page.client = this.client = this.#make(`client-${name}`);
    }

    open() {
        this.isOpen = true;
        this.wantsRejoin = false;
        this.client.opened();
        this.#look();
    }

    /**
     * @param {{late?: boolean}} [how] `late`: what this page had submitted reaches the server all the same, some time later
     */
    cut({ late = false } = {}) {
        this.isOpen = false;
        if (late) {
            const { clientId } = this;
            this.late.push(...this.out.filter(({ type }) => type === 'submit').map((frame) => ({ clientId, frame })));
        }
        this.out = [];
        this.in = [];
        this.client.closed({ code: 1006, reason: '' });
        this.#look();
    }

    /** What the page must keep to lose nothing. */
    keep() {
        return JSON.parse(JSON.stringify(this.client.undelivered()));
    }

    /** The page is loaded anew; its last edits may arrive after it, and what was not delivered was kept. */
    reload() {
        const last = this.client.leave(60_000);
        const kept = this.keep();
        this.cut({ late: true });
        if (last !== null) {
            const frame = JSON.parse(JSON.stringify({ type: 'submit', ...last }));
            this.late.push({ clientId: last.client_id, frame });
        }
        this.#restore(kept);
    }

    /**
     * The power fails: what was kept is from some time ago. What was on the wire is lost, or was heard.
     *
     * @param {ReturnType<Seat['keep']>} kept
     */
    crash(kept) {
        while (this.late.length > 0) {
            this.serveLate();
        }
        this.cut();
        this.#restore(kept);
    }

    /** @param {ReturnType<Seat['keep']>} kept */
    #restore(kept) {
        this.page = new Page();
        this.page.client = this.client = this.#make(kept.clientId);
        this.client.restore(kept);
    }

    /** The server takes one frame of this page. */
    serve() {
        const frame = this.out.shift();
        if (frame?.type === 'join') {
            for (const answer of this.room.reference.join(frame.client_id, this.user, frame)) {
                this.#put(answer);
            }
            this.told = this.room.reference.version;
            this.clientId = frame.client_id;
        } else if (frame?.type === 'submit') {
            const ack = this.room.reference.submit(this.clientId ?? '', this.user, frame);
            this.room.tell();
            this.#put(ack);
        }
    }

    /** The server takes a submit of a connection that is no more: nobody is there to hear the answer. */
    serveLate() {
        const submit = this.late.shift();
        if (submit !== undefined) {
            this.room.reference.submit(submit.clientId ?? '', this.user, submit.frame);
            this.room.tell();
        }
    }

    /** The page hears one frame of the server. */
    hear() {
        const frame = this.in.shift();
        if (frame !== undefined) {
            this.client.received(frame);
            this.#look();
        }
    }

    /** Sends what is new to this connection, if it has joined. */
    tell() {
        const { reference } = this.room;
        if (this.isOpen && this.clientId !== undefined && this.told < reference.version) {
            this.#put(reference.committed(this.told));
            this.told = reference.version;
        }
    }

    /** @param {any} frame */
    #put(frame) {
        this.in.push(JSON.parse(JSON.stringify(frame)));
    }

    /** @param {string} clientId */
    #make(clientId) {
        return new SyncClient({
            clientId,
            send: (message) => {
                const frame = JSON.parse(JSON.stringify(message));
                this.sent.push(frame);
                this.out.push(frame);
            },
            emit: (event) => {
                this.wantsRejoin ||= event.type === 'rejoin';
                this.page.hear(event);
            },
            newRowId: () => `row-${this.name}-${String((this.#ids += 1)).padStart(4, '0')}`,
            newClientId: () => `client-${this.name}-${(this.#ids += 1)}`,
        });
    }

    #look() {
        assert.deepEqual(this.page.differences(), [], `what ${this.name} sees is not what there is`);
    }
}

export class Room {
    reference = new Reference();
    /** @type {Seat[]} */
    seats;

    /** @param {string[]} names */
    constructor(names) {
        this.seats = names.map((name) => new Seat(this, name));
    }

    /** Everybody hears what is committed. */
    tell() {
        for (const seat of this.seats) {
            seat.tell();
        }
    }

    /** Moves everything that is on a wire, until nothing is. */
    flow() {
        for (
            let turns = 0;
            this.seats.some((seat) => seat.out.length + seat.in.length > 0 || seat.wantsRejoin);
            turns += 1
        ) {
            assert.ok(turns < 1000, 'the wire does not come to rest');
            for (const seat of this.seats) {
                if (seat.wantsRejoin) {
                    seat.cut();
                    seat.clientId = undefined;
                    seat.open();
                }
                seat.serve();
                seat.hear();
            }
        }
    }
}
