/** Reading, assigning and deleting places, with the conversions that the place's type asks for. */
import { InternalError } from "../../../diagnostics/diagnostic.js";
import { I256 } from "../../../ir/ops.js";
import type { Body } from "./body.js";
import { setLength } from "./data/array-length.js";
import { clearStorage } from "./data/clear.js";
import { checkMember, splitTuple } from "./data/convert.js";
import { assignStorage } from "./data/copy-to-storage.js";
import { loadMemory, storeMemory } from "./data/memory.js";
import { loadStorage, storageLength } from "./data/storage.js";
import { fromWord, toWord } from "./data/words.js";
import type { Place } from "./place.js";
import type { Value } from "./values.js";

/** The value at a place. */
export function loadPlace(f: Body, place: Place): Value {
  const { type } = place;
  switch (place.kind) {
    case "local":
      return { type, ids: f.getLocals(place.locals) };
    case "storage":
      return loadStorage(f.m, f.b, type, place.place);
    case "memory":
      return loadMemory(f.m, f.b, type, place.address);
    case "memoryByte":
      return { type, ids: [f.b.emit("mem.load.byte", [place.address])] };
    case "immutable":
      return fromWord(f.b, type, f.b.emit("immutable.load", [], I256, { immutable: place.name }));
    case "value":
      return { type, ids: place.ids };
    case "length":
      return { type, ids: [storageLength(f.m, f.b, place.array, place.slot)] };
    case "tuple":
      return { type, ids: place.places.flatMap((p) => (p ? [...loadPlace(f, p).ids] : [])) };
  }
}

/** Assigns a value, converting it to the place's type. Components of a tuple are assigned from right to left, as solc does. */
export function storePlace(f: Body, place: Place, value: Value): void {
  switch (place.kind) {
    case "local":
      f.setLocals(place.locals, f.convert(value, place.type).ids);
      return;
    case "storage":
      assignStorage(f.m, f.b, place.type, place.place, checkMember(f.m, f.b, value));
      return;
    case "memory":
      storeMemory(f.m, f.b, place.address, checkMember(f.m, f.b, f.convert(value, place.type)));
      return;
    case "memoryByte":
      f.b.emit("mem.store.byte", [place.address, f.convert(value, place.type).ids[0]!]);
      return;
    case "immutable":
      f.b.emit("immutable.store", [toWord(f.b, f.convert(value, place.type))], undefined, { immutable: place.name });
      return;
    case "length":
      setLength(f.m, f.b, place.array, place.slot, f.convert(value, place.type).ids[0]!);
      return;
    case "tuple": {
      const parts = splitTuple(value);
      for (let i = place.places.length - 1; i >= 0; i--) {
        const target = place.places[i];
        if (target) storePlace(f, target, parts[i]!);
      }
      return;
    }
    case "value":
      throw new InternalError("a value that has no place is assigned", f.b.span);
  }
}

/** `delete`: the type's default value. */
export function deletePlace(f: Body, place: Place): void {
  if (place.kind === "tuple") {
    for (const p of place.places) if (p) deletePlace(f, p);
    return;
  }
  if (place.kind === "storage") {
    clearStorage(f.m, f.b, place.type, place.place);
    return;
  }
  storePlace(f, place, f.zero(place.type));
}
