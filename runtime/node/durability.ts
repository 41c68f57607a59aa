/** What makes a node's chain last: a store, the chain in it, checkpoints, and the end of all that. */
import type { NodeMetrics } from "../metrics/node-metrics.js";
import type { KeyValueStore, StateError } from "../store/durable/kv.js";
import { openChain, type ChainPlace } from "./chain/chain-store.js";
import { Checkpoints, type CheckpointSchedule } from "./chain/checkpoints.js";
import { DEFAULT_HISTORY, type DevChain } from "./chain/dev-chain.js";
import { WatchedArchive } from "./watched-archive.js";
import { openWatchedStore } from "./watched-store.js";

export interface StateOptions {
  /** A folder, or postgres://... */
  readonly location: string;
  /** Newest blocks whose states are kept; Infinity for all; default 1,024. */
  readonly history?: number;
  readonly checkpoints?: CheckpointSchedule;
}

export interface Durability {
  readonly place: ChainPlace;
  /** Rejects when the store can no longer be written or read. */
  readonly lost: Promise<never>;
  /** Undefined where all that an answer could tell of is on the medium; else resolves when it is, or rejects because it never will be. */
  settled(): Promise<void> | undefined;
  /** Begins to save checkpoints. */
  attach(chain: DevChain, log: (line: string) => void): void;
  /** Bytes of the store. */
  size(): number;
  /** Seconds; NaN where there is no checkpoint. */
  checkpointAge(): number;
  close(): Promise<void>;
}

/** Opens a state. Rejects with StateError. */
export async function openDurability(options: StateOptions, chainId: bigint, metrics: () => NodeMetrics): Promise<Durability> {
  let failed: (error: StateError) => void = () => undefined;
  const store = await openWatchedStore(options.location, (error) => failed(error));
  try {
    return makeDurable(store, options, chainId, metrics, (listener) => (failed = listener));
  } catch (error) {
    await store.close();
    throw error;
  }
}

function makeDurable(
  store: KeyValueStore,
  options: StateOptions,
  chainId: bigint,
  metrics: () => NodeMetrics,
  onFailedRead: (listener: (error: StateError) => void) => void,
): Durability {
  let failed = false;
  let fail: (error: unknown) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    fail = (error) => {
      failed = true;
      reject(error instanceof Error ? error : new Error(String(error)));
    };
  });
  // Whoever does not wait for it learns of the failure by the answers.
  lost.catch(() => undefined);
  onFailedRead(fail);
  const opened = openChain(store, {
    history: options.history ?? DEFAULT_HISTORY,
    chainId,
    observer: { committed: ({ seals, seconds }) => metrics().committed(seals, seconds), failed: (error) => fail(error) },
  });
  const place: ChainPlace = { backend: opened.backend, archive: new WatchedArchive(opened.archive, store.location, fail) };
  let checkpoints: Checkpoints | undefined;
  return {
    place,
    lost,
    // What a failure interrupted may be readable and is not written.
    settled: () => (failed ? lost : place.archive.durable()),
    attach(chain, log) {
      if (!options.checkpoints) return;
      const started = new Checkpoints(store, options.checkpoints, chain.chain.height, {
        saved(name, seconds) {
          metrics().checkpointSaved();
          log(`checkpoint ${name} saved in ${seconds.toFixed(1)} s`);
        },
        failed: (error) => log(`checkpoint not saved: ${error instanceof Error ? error.message : String(error)}`),
      });
      checkpoints = started;
      chain.onBlock(({ header }) => started.mined(header.number, place.archive.durable()));
    },
    size: () => store.size(),
    checkpointAge: () => checkpoints?.age() ?? Number.NaN,
    async close() {
      try {
        await checkpoints?.idle();
        await place.archive.durable();
      } finally {
        await store.close();
      }
    },
  };
}
