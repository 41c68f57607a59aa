/** A PostgreSQL as a process of its own (stores wait for their database without an event loop): prints its port. */
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

const db = await PGlite.create();
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections: 8 });
server.addEventListener("listening", (event) => {
  const { port } = (event as CustomEvent<{ port: number }>).detail;
  process.stdout.write(`port ${port}\n`);
});
await server.start();
