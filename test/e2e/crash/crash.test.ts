/** A node that is killed at any moment loses nothing that it answered (the long campaign: scripts/crash-campaign.ts). */
import assert from "node:assert/strict";
import { it } from "node:test";
import { crashCampaign } from "./campaign.js";

it("supervm node survives kill -9: no answered block is lost, none is there by half", { timeout: 600_000 }, async () => {
  const { kills, answered, height, increments } = await crashCampaign(15, 1, 1_500);
  assert.equal(kills, 15);
  assert.ok(answered > 0 && increments > 0 && height > 0, `the node worked between the kills: ${answered} answers, ${increments} increments, ${height} blocks`);
});
