/** The Grafana dashboard asks for metrics that the node has. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { it } from "node:test";
import { NodeMetrics } from "../../../../runtime/metrics/node-metrics.js";

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

it("docs/grafana-node.json names existing metrics only, and every metric of the node's own", async () => {
  const none = (): number => 0;
  const counts = { parallelBlocks: 3, abandonedBlocks: 1, serialBlocks: 2, transactions: 90, executions: 97, conflicts: 7 };
  const metrics = new NodeMetrics({
    height: none,
    baseFee: none,
    waiting: none,
    connections: none,
    subscriptions: none,
    filters: none,
    stateBytes: none,
    checkpointAge: none,
    parallel: () => counts,
  });
  const names = new Set(metrics.names);
  assert.equal(
    [...names].every((name) => name.startsWith("supervm_")),
    true,
  );
  const dashboard = JSON.parse(fs.readFileSync("docs/grafana-node.json", "utf8")) as Dashboard;
  const used = new Set<string>();
  for (const { title, targets } of dashboard.panels)
    for (const { expr } of targets) {
      const found = expr.match(/\bsupervm_\w+/g) ?? [];
      assert.ok(found.length > 0, `${title}: ${expr}`);
      for (const name of found) {
        const base = name.replace(/_(bucket|sum|count)$/, "");
        assert.ok(names.has(base) || names.has(name), `${title} asks for ${name}, which is none`);
        used.add(names.has(name) ? name : base);
      }
    }
  const own = [...names].filter((name) => !/^supervm_(process|nodejs)_/.test(name));
  assert.deepEqual(
    own.filter((name) => !used.has(name)),
    [],
  );
  // Totals that are read elsewhere are told as they are, however often they are asked for.
  for (let i = 0; i < 2; i++) assert.match((await metrics.text()).text, /^supervm_parallel_executions_total 97$/m);
  metrics.close();
});
