/**
 * Balances and allowances of ERC-20 tokens set by hand (anvil_dealERC20, anvil_setERC20Allowance). Where a token keeps a number nobody knows from
 * outside: of the storage words that its view function reads, the one is taken whose value the function gives.
 */
import { Interface } from "ethers";
import { addressHex, addressKeyOfInt, littleEndian, type AddressKey, type SlotKey } from "../../../store/keys.js";
import type { AccountRecord, StateReader } from "../../../store/state.js";
import type { DevChain } from "../../chain/dev-chain.js";
import { LayeredState } from "../../chain/layered-state.js";
import { dataHex, hexBytes, wordHex } from "../../encoding/hex.js";
import { serverError } from "../errors.js";
import { sceneAt } from "../lookup.js";
import type { Method, Methods } from "../params.js";
import { simulate } from "../simulate.js";

const ERC20 = new Interface(["function balanceOf(address) view returns (uint256)", "function allowance(address,address) view returns (uint256)"]);
const VIEW_GAS = 10_000_000;
/** Words of which a view function's are tried. */
const MAX_WORDS = 64;

export function tokenMethods(node: DevChain): Methods {
  const deal: Method = (p) => {
    const [holder, token, amount] = [p.address(0, "address"), p.address(1, "token"), p.amount(2, "balance")];
    return setWord(node, token, ERC20.encodeFunctionData("balanceOf", [addressHex(holder)]), amount, "balance");
  };
  return {
    anvil_dealERC20: deal,
    hardhat_dealERC20: deal,
    anvil_setERC20Balance: deal,
    anvil_setERC20Allowance(p) {
      const [owner, spender, token] = [p.address(0, "owner"), p.address(1, "spender"), p.address(2, "token")];
      return setWord(node, token, ERC20.encodeFunctionData("allowance", [addressHex(owner), addressHex(spender)]), p.amount(3, "amount"), "allowance");
    },
  };
}

/** Notes the words that are read. */
class WordsRead implements StateReader {
  readonly words: [AddressKey, SlotKey][] = [];

  constructor(private readonly base: StateReader) {}

  account(address: AddressKey): AccountRecord | undefined {
    return this.base.account(address);
  }

  storage(address: AddressKey, slot: SlotKey): Uint8Array | undefined {
    this.words.push([address, slot]);
    return this.base.storage(address, slot);
  }
}

function setWord(node: DevChain, token: AddressKey, data: string, value: bigint, what: string): null {
  const { head } = node.chain.backend;
  const view = (state: StateReader): string | undefined => {
    const { success, data: output } = simulate(node, { from: addressKeyOfInt(0n), to: token, value: 0n, data: hexBytes(data) }, { ...sceneAt(node, "latest"), state }, VIEW_GAS);
    return success ? dataHex(output) : undefined;
  };
  const reading = new WordsRead(head);
  const before = view(reading);
  // Whatever is there already, another number tells the word apart.
  const probe = before === wordHex(value) ? value ^ 1n : value;
  for (const [address, slot] of reading.words.slice(0, MAX_WORDS)) {
    const tried = new LayeredState(head);
    tried.apply({ accounts: new Map(), storage: new Map([[address, new Map([[slot, wordOf(probe)]])]]) });
    if (view(tried) !== wordHex(probe)) continue;
    node.chain.alter({ accounts: new Map(), storage: new Map([[address, new Map([[slot, wordOf(value)]])]]) });
    return null;
  }
  throw serverError(`Unable to set ERC20 ${what}, no slot found`);
}

function wordOf(value: bigint): Uint8Array | undefined {
  return value === 0n ? undefined : littleEndian(value, 32);
}
