/**
 * `node hocuspocus.mjs HOST PORT`: Hocuspocus as its README starts it, with nothing that stores or asks for a password.
 * It merges what arrives in one turn of the event loop into one update, and sends that to everyone.
 */

import { Server } from "@hocuspocus/server";

const [address, port] = process.argv.slice(2);
await new Server({ address, port: Number(port), quiet: true }).listen();
