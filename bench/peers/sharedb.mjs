/**
 * `node sharedb.mjs HOST PORT ROOMS`: ShareDB with a JSON document for each room, as its README starts it. In memory;
 * with DATABASE_URL on PostgreSQL, through sharedb-postgres, where each op is committed before it is shown.
 */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

import WebSocketJSONStream from "@teamwork/websocket-json-stream";
import pg from "pg";
import ShareDB from "sharedb";
import PostgresDB from "sharedb-postgres";
import { WebSocketServer } from "ws";

const [host, port, rooms] = process.argv.slice(2);
const url = process.env.DATABASE_URL;

/** The tables that sharedb-postgres brings with it. */
async function makeTables() {
  const structure = createRequire(import.meta.url).resolve("sharedb-postgres/structure.sql");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(readFileSync(structure, "utf8"));
  await client.end();
}

/** @param {import("sharedb/lib/client").Doc} document */
const create = (document) =>
  new Promise((resolve, reject) => {
    document.create({}, (error) => (error ? reject(error) : resolve(undefined)));
  });

if (url) await makeTables();
const backend = new ShareDB(url ? { db: new PostgresDB({ connectionString: url, max: 20 }) } : {});
const connection = backend.connect();
for (let room = 0; room < Number(rooms); room += 1) await create(connection.get("rooms", `room${room}`));

const server = createServer();
new WebSocketServer({ server }).on("connection", (socket) => backend.listen(new WebSocketJSONStream(socket)));
server.listen({ host, port: Number(port), backlog: 4096 });
