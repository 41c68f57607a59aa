/** A few thousand malformed requests: in process, over HTTP, and bytes that are not even HTTP. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, it } from "node:test";
import { WebSocket } from "ws";
import { startNode, type RunningNode } from "../../runtime/node/node.js";
import { checkAnswer, fuzzNode, malformedBody, randomSource } from "./node-fuzz.js";

let node: RunningNode;
const faults: string[] = [];

before(async () => {
  node = await startNode({ port: 0, log: (line) => line.startsWith("fault") && faults.push(line) });
});

after(() => node.close());

it("answers every malformed body with a known code", async () => {
  const result = await fuzzNode(node, 5_000, 1);
  assert.deepEqual(faults, []);
  for (const code of ["ok", "-32700", "-32600", "-32601", "-32602", "-32000"])
    assert.ok((result.byCode[code] ?? 0) > 0, `no answer with ${code}: ${JSON.stringify(result.byCode)}`);
});

it("does so over HTTP and WebSocket", async () => {
  const random = randomSource(2);
  const methods = ["eth_call", "eth_getLogs", "eth_sendRawTransaction", "eth_feeHistory", "eth_subscribe"];
  for (let i = 0; i < 200; i++) {
    const body = malformedBody(random, methods);
    const response = await fetch(`http://127.0.0.1:${node.port}`, { method: "POST", body });
    const text = await response.text();
    assert.equal(response.status, text === "" ? 204 : 200);
    checkAnswer(body, text);
  }
  const socket = new WebSocket(`ws://127.0.0.1:${node.port}`);
  await new Promise((resolve) => socket.once("open", resolve));
  for (let i = 0; i < 200; i++) {
    const body = malformedBody(random, methods);
    // What has no answer is told by the answer to the request behind it.
    const answers: string[] = [];
    const ended = new Promise<void>((resolve) => {
      const take = (data: Buffer): void => {
        const text = data.toString();
        if (!text.startsWith('{"jsonrpc":"2.0","id":"end"')) answers.push(text);
        else resolve(void socket.off("message", take));
      };
      socket.on("message", take);
    });
    socket.send(body);
    socket.send('{"jsonrpc":"2.0","id":"end","method":"eth_chainId"}');
    await ended;
    assert.ok(answers.length <= 1);
    checkAnswer(body, answers[0] ?? "");
  }
  socket.close();
});

it("survives bytes that are no HTTP", async () => {
  const random = randomSource(3);
  for (let i = 0; i < 50; i++) {
    const bytes = Buffer.from(Array.from({ length: 1 + random(300) }, () => random(256)));
    await new Promise<void>((resolve) => {
      const socket = connect(node.port, "127.0.0.1", () => socket.end(bytes));
      socket.on("error", () => resolve());
      socket.on("close", () => resolve());
      socket.resume();
    });
  }
  assert.equal((await fetch(`http://127.0.0.1:${node.port}/healthz`)).status, 200);
});
