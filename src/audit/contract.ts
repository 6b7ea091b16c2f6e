import { type Static, Type } from "typebox";
import { Moment, nullable, pageOf, pageQuery, record, Sha256, words } from "../http/contract.ts";

export const operations = ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "DDL"] as const;

const Values = Type.Record(Type.String(), nullable(Type.String()), {
  description: "Column to value as text; a secret reads (redacted), what named people and is gone (erased)",
});
const Number64 = Type.String({ pattern: "^-?\\d+$" });

export const AuditEntry = record("AuditEntry", {
  id: Number64,
  at: Type.String({ description: "RFC 3339, UTC, microseconds", examples: ["2026-03-31T07:30:00.000001Z"] }),
  actor: nullable(Type.String({ description: "Who the program acted for; null: nobody was given" })),
  actorName: nullable(Type.String({ description: "The person's name, where the actor is a person of this tenant" })),
  login: Type.String({ description: "The login of the database session" }),
  operation: words(operations, { title: "AuditOperation" }),
  table: Type.String(),
  key: nullable(Type.String({ description: "Primary key without the tenant; null for a batch" })),
  rows: Type.Integer({ description: "More than 1: a batch, kept as one digest" }),
  digest: nullable(Sha256),
  before: nullable(Values),
  after: nullable(Values),
  request: nullable(Type.String()),
  transaction: Number64,
  block: nullable(Type.String({ description: "Number of the signed block that seals it; null while it waits" })),
});
export type AuditEntry = Static<typeof AuditEntry>;
export const AuditPage = pageOf("AuditPage", AuditEntry);
export type AuditPage = Static<typeof AuditPage>;

export const AuditQuery = Type.Object(
  {
    ...pageQuery,
    table: Type.Optional(Type.String({ maxLength: 63, description: "Such as cm_cash_accounts" })),
    key: Type.Optional(Type.String({ maxLength: 500 })),
    actor: Type.Optional(Type.String({ maxLength: 200, description: "Such as person:<uuid>" })),
    who: Type.Optional(Type.String({ maxLength: 200, description: "An actor, or a part of a person's name or e-mail address" })),
    operation: Type.Optional(words(operations)),
    request: Type.Optional(Type.String({ maxLength: 64 })),
    from: Type.Optional(Moment),
    to: Type.Optional(Moment),
  },
  { additionalProperties: false },
);
export type AuditQuery = Static<typeof AuditQuery>;

const BlockHead = record("AuditBlockHead", { number: Type.String(), hash: Sha256, sealedAt: Moment, key: Type.String() });
export const SealState = record("AuditSealState", {
  head: nullable(BlockHead),
  waiting: Type.Integer({ description: "Rows of this tenant that are not sealed yet" }),
  behindSeconds: Type.Number({ description: "Age of the oldest row, of any tenant, that is not sealed yet; 0 when none waits" }),
  heldBack: nullable(
    Type.Object(
      {
        pid: nullable(Type.Integer({ description: "Process of the database server; null for a prepared transaction" })),
        seconds: nullable(Type.Number()),
      },
      { additionalProperties: false, description: "The transaction that still runs and keeps rows from being sealed" },
    ),
  ),
});
export type SealState = Static<typeof SealState>;

export const AuditProofBody = record(
  "AuditProof",
  {
    format: words(["apg-audit-proof-2"]),
    row: Type.String(),
    salt: Sha256,
    leaf: Sha256,
    index: Type.Integer(),
    path: Type.Array(Sha256),
    block: Type.String(),
    blockHash: Sha256,
    signature: Type.String(),
    keys: Type.Array(Type.Object({ statement: Type.String(), signature: Type.String() }, { additionalProperties: false }), {
      description: "How the first signing key leads to the one that signed",
    }),

    people: Type.Array(
      Type.Object(
        { side: words(["old", "new"]), column: Type.String(), salt: Sha256, value: Type.String() },
        { additionalProperties: false },
      ),
      { description: "Values that name people; the row has their salted digests" },
    ),
  },
  "docs/reference/audit-seals.md says what each part is; apg audit check-proof checks it offline",
);
