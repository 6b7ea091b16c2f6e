import fc from "fast-check";

/** Something that happens to a file between the bank and us: positions are shares of its length, so that they shrink with it. */
export type Mutation =
  | { readonly kind: "set"; readonly at: number; readonly byte: number }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "delete"; readonly at: number; readonly length: number }
  | { readonly kind: "repeat"; readonly at: number; readonly length: number; readonly times: number }
  | { readonly kind: "swap"; readonly at: number; readonly to: number; readonly length: number }
  | { readonly kind: "cut"; readonly at: number };

const place = fc.double({ min: 0, max: 1, noNaN: true });

/** Pieces of syntax of all formats: what a reader looks for, where it does not belong. */
const tokens = [
  ...[
    "<Stmt>",
    "</Stmt>",
    "<Ntry>",
    "</Ntry>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "<!DOCTYPE x [",
    "&#0;",
    "&amp;",
    "</Document>",
    '<Amt Ccy="EUR">',
    "<OFX>",
    "<STMTTRN>",
  ],
  ...[
    ":61:",
    ":62F:",
    ":60F:",
    ":86:",
    "\r\n-}",
    "{4:",
    "{1:F01",
    ":20:",
    ":25:",
    "16,",
    "49,",
    "88,",
    "99,",
    "03,",
    "!Type:Bank",
    "^",
    "\nD",
    "\nT",
    "\nS",
    "$",
  ],
  ...[
    '"',
    ";",
    ",",
    "\t",
    "|",
    "\0",
    "\u2028",
    "\ufeff",
    "\r",
    "\n",
    "-",
    "+",
    "1e9",
    "999999999999999999999999",
    "0x10",
    "NaN",
    "Infinity",
    "٣",
    "−",
    "31.02.2026",
    "00000000",
  ],
].map((one) => Buffer.from(one));

const bytes = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...tokens) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 8 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...tokens), fc.integer({ min: 2, max: 3000 }))
      .map(([token, times]) => Buffer.concat(Array.from({ length: times }, () => token))),
  },
);

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("set" as const), at: place, byte: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ kind: fc.constant("insert" as const), at: place, bytes }),
    fc.record({ kind: fc.constant("delete" as const), at: place, length: fc.integer({ min: 1, max: 200 }) }),
    fc.record({
      kind: fc.constant("repeat" as const),
      at: place,
      length: fc.integer({ min: 1, max: 300 }),
      times: fc.integer({ min: 1, max: 200 }),
    }),
    fc.record({ kind: fc.constant("swap" as const), at: place, to: place, length: fc.integer({ min: 1, max: 100 }) }),
    fc.record({ kind: fc.constant("cut" as const), at: place }),
  ),
  { minLength: 1, maxLength: 6 },
);

export function mutated(file: Uint8Array, all: readonly Mutation[]): Buffer {
  let now: Buffer = Buffer.from(file);
  for (const mutation of all) {
    const at = Math.min(Math.floor(mutation.at * now.length), Math.max(0, now.length - 1));
    const around = (middle: Uint8Array, skipped: number) => Buffer.concat([now.subarray(0, at), middle, now.subarray(at + skipped)]);
    if (mutation.kind === "set") now = around(Buffer.from([mutation.byte]), 1);
    else if (mutation.kind === "insert") now = around(mutation.bytes, 0);
    else if (mutation.kind === "delete") now = around(Buffer.alloc(0), mutation.length);
    else if (mutation.kind === "cut") now = Buffer.from(now.subarray(0, at));
    else if (mutation.kind === "repeat") {
      const piece = now.subarray(at, at + mutation.length);
      now = around(Buffer.concat(Array.from({ length: mutation.times }, () => piece)), 0);
    } else {
      const piece = Buffer.from(now.subarray(at, at + mutation.length));
      const rest = around(Buffer.alloc(0), mutation.length);
      const to = Math.floor(mutation.to * rest.length);
      now = Buffer.concat([rest.subarray(0, to), piece, rest.subarray(to)]);
    }
  }
  return now;
}
