/** `node y-websocket.mjs HOST PORT`: the server that comes with y-websocket (for Yjs 13), documents in memory only. */

import { createServer } from "node:http";

import { setupWSConnection } from "@y/websocket-server/utils";
import { WebSocketServer } from "ws";

const [host, port] = process.argv.slice(2);
const server = createServer();
new WebSocketServer({ server }).on("connection", (socket, request) => setupWSConnection(socket, request));
server.listen({ host, port: Number(port), backlog: 4096 });
