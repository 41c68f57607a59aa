/** Scenarios of OpenZeppelin's cryptography: fixtures/solidity/oz/Signatures.sol. */
import { p256 } from "@noble/curves/nist.js";
import { AbiCoder, concat, dataSlice, encodeBase64, encodeRlp, getBytes, hashMessage, hexlify, id, keccak256, sha256, toBeHex, toUtf8Bytes } from "ethers";
import { call, deploy, send, type Context, type Scenario, type Step } from "../scenario.js";
import { packed, signer, signTyped } from "./oz-signing.js";

const sources = ["fixtures/solidity/oz/Signatures.sol"];
const [ann, ben] = [signer(0x41), signer(0x42)];
const HASH = id("a message");
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The same signature with the other s, which EIP-2 forbids. */
function malleable(signature: string): string {
  return concat([dataSlice(signature, 0, 32), toBeHex(N - BigInt(dataSlice(signature, 32, 64)), 32), dataSlice(signature, 64) === "0x1b" ? "0x1c" : "0x1b"]);
}

const good = packed(ann.key.sign(HASH));
const compact = ann.key.sign(HASH);
const bad = [dataSlice(good, 0, 64), concat([good, "0x00"]), concat([dataSlice(good, 0, 64), "0x00"]), malleable(good), `0x${"00".repeat(65)}`, "0x"];

const checking: Scenario = {
  name: "ECDSA, EIP712, MessageHashUtils and SignatureChecker",
  sources,
  steps: [
    deploy("c", "Checker", ["A name", "1"]),
    deploy("bad", "Checker", ["A name that is longer than thirty-one bytes", "1"]),
    deploy("l", "Checker", ["A name of just thirty-one bytes", ""]),
    deploy("wallet", "Wallet", [ann.address]),
    deploy("verifier", "PasskeyVerifier"),
    call("c", "recover", [HASH, good]),
    ...bad.flatMap((signature) => [call("c", "recover", [HASH, signature]), call("c", "tryRecover", [HASH, signature])]),
    call("c", "tryRecover", [HASH, good]),
    call("c", "recoverCompact", [HASH, compact.r, compact.yParityAndS]),
    call("c", "hashes", [HASH, "0x", ann.address]),
    call("c", "hashes", [HASH, `0x${"61".repeat(154)}`, ann.address]),
    ...["0x00", "0x0f", "0x1f", "0x15", "0x20", "0xff"].map((fields) => call("c", "separators", [fields, HASH])),
    ...["c", "l"].flatMap((label): Step[] => [
      call(label, "named"),
      call(label, "eip712Domain"),
      // A struct of one field: its hash is what the contract signs.
      call(label, "typed", async (c) => {
        const type = "Mail(bytes32 hash)";
        const signature = packed(await signTyped(c, label, ann, "Mail", "bytes32 hash", { hash: HASH }));
        return [keccak256(concat([id(type), HASH])), signature];
      }),
    ]),
    call("c", "valid", [ann.address, HASH, good]),
    call("c", "valid", [ben.address, HASH, good]),
    call("c", "valid", ["$wallet", HASH, good]),
    call("c", "valid", ["$wallet", HASH, packed(ben.key.sign(HASH))]),
    call("c", "valid", ["$verifier", HASH, good]),
    ...[1n, 2n, 3n].flatMap((mood) => [send("wallet", "setMood", [mood]), call("c", "valid", ["$wallet", HASH, good])]),
    send("wallet", "setMood", [0n]),
    call("c", "validKeys", [HASH, [], []]),
    call("c", "validKeys", [HASH, ["0x1234"], [good]]),
    call("c", "validKeys", [HASH, [ann.address], []]),
  ],
};

const P256_COST = "P-256 signatures (`P256`, `WebAuthn`)";
const passKey = getBytes(`0x${"51".repeat(32)}`);
const publicKey = p256.getPublicKey(passKey, false);
const [QX, QY] = [hexlify(publicKey.slice(1, 33)), hexlify(publicKey.slice(33))];
/** r, s and the recovery value of a signature of a hash. */
function passSign(hash: string): { r: string; s: string; v: number } {
  const bytes = p256.sign(getBytes(hash), passKey, { prehash: false, lowS: true, format: "recovered" });
  return { v: bytes[0]! + 27, r: hexlify(bytes.slice(1, 33)), s: hexlify(bytes.slice(33)) };
}

/** Signatures of an account, a contract and a P-256 key, by the order of the signers' hashes. */
async function multi(c: Context, order: "in order" | "reversed" | "twice"): Promise<unknown[]> {
  const pass = passSign(HASH);
  const all = [
    [ann.address, good],
    [c.at("wallet"), good],
    [concat([c.at("verifier"), QX, QY]), concat([pass.r, pass.s])],
  ].sort((a, b) => (keccak256(a[0]!) < keccak256(b[0]!) ? -1 : 1));
  if (order === "reversed") all.reverse();
  if (order === "twice") all[1] = all[0]!;
  return [HASH, all.map((s) => s[0]), all.map((s) => s[1])];
}

const P256_P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const CHALLENGE = id("challenge");
const base64url = (hex: string): string => encodeBase64(hex).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** What an authenticator answers to a challenge, as ERC-7913's verifiers read it. */
function assertion(challenge: string, flags: number, type = "webauthn.get"): string {
  const client = `{"type":"${type}","challenge":"${base64url(challenge)}","origin":"https://example.org"}`;
  const data = concat([sha256(toUtf8Bytes("example.org")), toBeHex(flags, 1), "0x00000001"]);
  const { r, s } = passSign(sha256(concat([data, sha256(toUtf8Bytes(client))])));
  const fields = [r, s, client.indexOf('"challenge"'), client.indexOf('"type"'), data, client];
  return AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32", "uint256", "uint256", "bytes", "string"], fields);
}

const mixed: Scenario = {
  name: "SignatureChecker with an account, a contract and a P-256 key",
  sources,
  except: { solana: P256_COST },
  steps: [
    deploy("c", "Checker", ["A name", "1"]),
    deploy("wallet", "Wallet", [ann.address]),
    deploy("verifier", "PasskeyVerifier"),
    call("c", "validKeys", (c) => multi(c, "in order")),
    call("c", "validKeys", (c) => multi(c, "reversed")),
    call("c", "validKeys", (c) => multi(c, "twice")),
  ],
};

const pass = passSign(HASH);
const passkeys: Scenario = {
  name: "P256 and WebAuthn",
  sources,
  except: { solana: P256_COST },
  steps: [
    deploy("p", "Passkeys"),
    deploy("v", "PasskeyVerifier"),
    call("p", "onCurve", [QX, QY]),
    call("p", "onCurve", [QX, QX]),
    call("p", "onCurve", [toBeHex(P256_P, 32), QY]),
    call("p", "valid", [HASH, pass.r, pass.s, QX, QY]),
    call("p", "valid", [HASH, pass.r, pass.r, QX, QY]),
    call("p", "valid", [HASH, pass.r, pass.s, QY, QX]),
    call("p", "valid", [HASH, toBeHex(0n, 32), pass.s, QX, QY]),
    call("p", "valid", [HASH, pass.r, `0x${"ff".repeat(32)}`, QX, QY]),
    call("v", "verify", [concat([QX, QY]), HASH, concat([pass.r, pass.s])]),
    call("v", "verify", [QX, HASH, concat([pass.r, pass.s])]),
    call("v", "verify", [concat([QX, QY]), id("another"), concat([pass.r, pass.s])]),
    call("p", "authenticated", [CHALLENGE, assertion(CHALLENGE, 5), QX, QY]),
    call("p", "authenticated", [CHALLENGE, assertion(CHALLENGE, 1), QX, QY]),
    call("p", "authenticated", [CHALLENGE, assertion(CHALLENGE, 0x15), QX, QY]),
    call("p", "authenticated", [CHALLENGE, assertion(id("other"), 5), QX, QY]),
    call("p", "authenticated", [CHALLENGE, assertion(CHALLENGE, 5, "webauthn.set"), QX, QY]),
    call("p", "authenticated", [CHALLENGE, dataSlice(assertion(CHALLENGE, 5), 0, 200), QX, QY]),
  ],
};

const curve: Scenario = {
  name: "P256 in Solidity",
  sources,
  except: { solana: P256_COST },
  steps: [
    deploy("p", "Passkeys"),
    call("p", "validInSolidity", [HASH, pass.r, pass.s, QX, QY]),
    call("p", "validInSolidity", [id("another"), pass.r, pass.s, QX, QY]),
    call("p", "recovered", [HASH, pass.v - 27, pass.r, pass.s]),
    call("p", "recovered", [HASH, 28 - pass.v, pass.r, pass.s]),
    call("p", "recovered", [HASH, 2, pass.r, pass.s]),
  ],
};

/** A key of three Mersenne primes: 2,407 bits, and everyone can check it. */
const primes = [521n, 607n, 1279n].map((k) => (1n << k) - 1n);
const modulus = primes.reduce((a, b) => a * b);
const totient = primes.map((p) => p - 1n).reduce((a, b) => a * b);
const SIZE = 301;

function power(base: bigint, exponent: bigint, m: bigint): bigint {
  let result = 1n;
  for (let b = base % m, e = exponent; e > 0n; e >>= 1n, b = (b * b) % m) if (e & 1n) result = (result * b) % m;
  return result;
}

function inverse(a: bigint, m: bigint): bigint {
  let [r0, r1, t0, t1] = [m, a, 0n, 1n];
  while (r1 !== 0n) [r0, r1, t0, t1] = [r1, r0 % r1, t1, t0 - (r0 / r1) * t1];
  return ((t0 % m) + m) % m;
}

const privateExponent = inverse(65537n, totient);
/** RSASSA-PKCS1-v1_5 (RFC 8017) with SHA-256; `prefix` is the start of the DigestInfo. */
function notarize(data: string, prefix = "3031300d060960864801650304020105000420"): string {
  const digest = prefix + sha256(data).slice(2);
  const padding = "ff".repeat(SIZE - 3 - digest.length / 2);
  return toBeHex(power(BigInt(`0x0001${padding}00${digest}`), privateExponent, modulus), SIZE);
}

const TEXT = hexlify(toUtf8Bytes("I hereby declare"));
const notary: Scenario = {
  name: "RSA",
  sources,
  steps: [
    deploy("n", "Notary", ["0x010001", toBeHex(modulus, SIZE)]),
    call("n", "valid", [TEXT, notarize(TEXT)]),
    call("n", "valid", [TEXT, notarize(TEXT, "302f300b0609608648016503040201" + "0420")]),
    call("n", "valid", [TEXT, notarize(TEXT, "3031300d060960864801650304020205000420")]),
    call("n", "valid", ["0x1234", notarize(TEXT)]),
    call("n", "valid", [TEXT, toBeHex(BigInt(notarize(TEXT)) + 1n, SIZE)]),
    call("n", "valid", [TEXT, `0x${"ff".repeat(SIZE)}`]),
    call("n", "valid", [TEXT, dataSlice(notarize(TEXT), 1)]),
    deploy("small", "Notary", ["0x03", `0x${"ab".repeat(128)}`]),
    call("small", "valid", [TEXT, `0x${"12".repeat(128)}`]),
  ],
};

const pairHash = (a: string, b: string): string => keccak256(concat([a, b].sort()));
const leaves = Array.from({ length: 4 }, (_, i) => id(`leaf ${i}`));
const [left, right] = [pairHash(leaves[0]!, leaves[1]!), pairHash(leaves[2]!, leaves[3]!)];
const root = pairHash(left, right);

/** Nibbles of a path with the flag of its node, as a trie's nodes hold them (hex prefix encoding). */
function prefixed(nibbles: string, leaf: boolean): string {
  const flag = (leaf ? 2 : 0) + (nibbles.length % 2);
  return `0x${flag}${nibbles.length % 2 === 0 ? "0" : ""}${nibbles}`;
}

/** A trie of three keys: an extension "ab", then a branch with two leaves and a short one within it. */
const VALUE = hexlify(toUtf8Bytes("a value that is long enough for its node to be hashed"));
const leafOne = encodeRlp([prefixed("2345", true), VALUE]);
const leafTwo = encodeRlp([prefixed("6789", true), VALUE.replace("61", "62")]);
const tiny = [prefixed("0000", true), "0x11"];
const branch = encodeRlp(Array.from({ length: 17 }, (_, i) => (i === 1 ? keccak256(leafOne) : i === 5 ? keccak256(leafTwo) : i === 9 ? tiny : "0x")));
const top = encodeRlp([prefixed("abc", false), keccak256(branch)]);
const stateRoot = keccak256(top);

const proofs: Scenario = {
  name: "MerkleProof and TrieProof",
  sources,
  steps: [
    deploy("p", "Prover"),
    call("p", "verify", [[leaves[1], right], root, leaves[0]]),
    call("p", "verify", [[leaves[1], left], root, leaves[0]]),
    call("p", "verify", [[], root, root]),
    call("p", "verifyCustom", [[leaves[1]], sha256(concat([leaves[0]!, leaves[1]!])), leaves[0]]),
    call("p", "verifyMany", [[leaves[1], leaves[3]], [false, false, true], root, [leaves[0], leaves[2]]]),
    call("p", "verifyMany", [[right], [true, false], root, [leaves[0], leaves[1]]]),
    call("p", "verifyMany", [[right], [true, true], root, [leaves[0], leaves[1]]]),
    call("p", "verifyMany", [[right], [true], root, [leaves[0], leaves[1]]]),
    call("p", "verifyMany", [[root], [], root, []]),
    call("p", "verifyMany", [[], [], root, []]),
    call("p", "traverse", [stateRoot, "0xabc12345", [top, branch, leafOne]]),
    call("p", "traverse", [stateRoot, "0xabc56789", [top, branch, leafTwo]]),
    call("p", "traverse", [stateRoot, "0xabc90000", [top, branch]]),
    call("p", "traverse", [stateRoot, "0xabc90000", [top, branch, encodeRlp(tiny)]]),
    ...(
      [
        ["0x", [top, branch, leafOne]],
        ["0xabc12346", [top, branch, leafOne]],
        ["0xabc12345", [branch, leafOne]],
        ["0xabc12345", [top, branch, leafTwo]],
        ["0xabc12345", [top, branch, leafOne, leafOne]],
        ["0xabc12345", [top, branch]],
        ["0xabc22345", [top, branch, leafOne]],
        ["0xabd12345", [top, branch, leafOne]],
        ["0xabc1234567", [top, branch, leafOne]],
      ] as const
    ).flatMap(([key, proof]) => [call("p", "tryTraverse", [stateRoot, key, proof])]),
    call("p", "traverse", [stateRoot, "0xabc12345", [top, branch, leafTwo]]),
    call("p", "traverse", [keccak256("0x1234"), "0xabc12345", ["0x1234"]]),
    call("p", "tryTraverse", [hashMessage("other"), "0xabc12345", [top]]),
  ],
};

export const ozSignatures: readonly Scenario[] = [checking, mixed, passkeys, curve, notary, proofs];
