/** Bytes that are no UTF-8 survive the way to text and back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeUtf8, encodeUtf8 } from "../../../../compiler/base/utf8.js";

test("well-formed UTF-8 is decoded as ever", () => {
  for (const text of ["", "plain", "\ufeffmark", "\u00e9 \u20ac \u{1f600} \ufffd \u0000"]) {
    assert.equal(decodeUtf8(Buffer.from(text)), text);
    assert.deepEqual(Buffer.from(encodeUtf8(text)), Buffer.from(text));
  }
});

test("a byte that is no UTF-8 stands as one lone surrogate", () => {
  assert.equal(decodeUtf8(Buffer.from([0x61, 0xc0, 0x62])), "a\udcc0b");
  assert.equal(decodeUtf8(Buffer.from([0xe2, 0x82])), "\udce2\udc82");
  assert.equal(decodeUtf8(Buffer.from([0xff, 0xe2, 0x82, 0xac, 0x80])), "\udcff\u20ac\udc80");
});

test("all sequences of bytes come back as they were", () => {
  const interesting = [0x00, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xa0, 0xef, 0xf0, 0x90, 0xf4, 0xf5, 0xff];
  let next = 1;
  for (let round = 0; round < 2_000; round++) {
    const bytes = Buffer.from(
      Array.from({ length: 8 }, () => {
        next = (next * 1_103_515_245 + 12_345) % 2_147_483_648;
        return interesting[(next >> 16) % interesting.length]!;
      }),
    );
    assert.deepEqual(Buffer.from(encodeUtf8(decodeUtf8(bytes))), bytes);
  }
});

test("half a pair of surrogates is encoded as it is, not replaced", () => {
  assert.deepEqual(Buffer.from(encodeUtf8("a\ud800b")), Buffer.from([0x61, 0xed, 0xa0, 0x80, 0x62]));
});
