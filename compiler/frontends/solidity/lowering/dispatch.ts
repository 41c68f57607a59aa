/** The lowering's parts, put together. */
import type { Lowerers } from "./body.js";
import { tryCall } from "./calls/call.js";
import { placeOf } from "./expressions/assignment.js";
import { expression } from "./expressions/expression.js";
import { statement } from "./statements/statement.js";

export const lowerers: Lowerers = { expression, place: placeOf, statement, tryCall };
