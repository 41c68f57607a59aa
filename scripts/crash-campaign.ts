/**
 * Kills `supervm node` with SIGKILL again and again while a client sends transfers and increments, and checks what is left each time.
 *
 *   node dist/scripts/crash-campaign.js [KILLS=300] [SEED=1] [LONGEST MILLISECONDS OF WORK=400]
 */
import { crashCampaign } from "../test/e2e/crash/campaign.js";

const [kills = 300, seed = 1, longest = 1_500] = process.argv.slice(2).map(Number);
const result = await crashCampaign(kills, seed, longest, (kill, { height, increments }) => {
  if (kill % 25 === 0) process.stdout.write(`${kill} kills: block ${height}, ${increments} increments\n`);
});
process.stdout.write(`${JSON.stringify(result)}\n`);
