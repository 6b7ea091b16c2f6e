import { type Static, type TProperties, type TSchema, Type } from "typebox";

/**
 * Words that every contract shares. A `title` names a schema: the OpenAPI document lists it once under that name
 * (see openapi.ts), so two different schemas never share a title.
 */

/** A decimal string with the decimals of its currency; never a JSON number, which cannot hold money. */
export const Amount = Type.String({
  title: "Amount",
  pattern: "^-?\\d+(\\.\\d{1,4})?$",
  description: "Exact decimal string in the unit of the currency beside it; negative is money out.",
  examples: ["1250.00", "-0.05", "98000"],
});

export const CurrencyCode = Type.String({ title: "CurrencyCode", pattern: "^[A-Z]{3}$", description: "ISO 4217 code", examples: ["EUR"] });

export const DayText = Type.String({ title: "Day", format: "date", description: "A calendar day, YYYY-MM-DD", examples: ["2026-03-31"] });

export const Moment = Type.String({
  title: "Moment",
  format: "date-time",
  description: "RFC 3339, UTC",
  examples: ["2026-03-31T07:30:00.000Z"],
});

export const Id = Type.String({ title: "Id", format: "uuid" });

export const Sha256 = Type.String({ title: "Sha256", pattern: "^[0-9a-f]{64}$", description: "SHA-256, hexadecimal" });

/**
 * The schema, or null. A scalar becomes one schema with two types, which the serialiser writes without trying
 * alternatives for every row; it gives up its title, since it is no longer the schema of that name.
 */
export function nullable<T extends TSchema>(schema: T) {
  const { type, title, ...rest } = schema as { type?: unknown; title?: string; enum?: readonly unknown[] };
  if (typeof type !== "string" || type === "object" || type === "array")
    return Type.Unsafe<Static<T> | null>({ anyOf: [schema, { type: "null" }] });
  const values = rest.enum === undefined ? {} : { enum: [...rest.enum, null] };
  return Type.Unsafe<Static<T> | null>({ ...rest, ...values, type: [type, "null"] });
}

export function words<const T extends readonly string[]>(values: T, options: { title?: string; description?: string } = {}) {
  return Type.Unsafe<T[number]>({ type: "string", enum: [...values], ...options });
}

/** An object whose wire form has exactly these fields: what a query returns beside them never leaves the server. */
export function record<T extends TProperties>(title: string, properties: T, description?: string) {
  return Type.Object(properties, { title, additionalProperties: false, ...(description === undefined ? {} : { description }) });
}

export const pageLimit = { default: 100, maximum: 500 } as const;

/** The query of every list. */
export const pageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: pageLimit.maximum, default: pageLimit.default, description: "Rows of this page at most" }),
  ),
  after: Type.Optional(Type.String({ maxLength: 1000, description: "`next` of the page before, as it was given" })),
};

/** One page of a list; `next` is null on the last one. The same address stands in the Link header. */
export function pageOf<T extends TSchema>(title: string, item: T) {
  return record(title, {
    items: Type.Array(item),
    next: nullable(Type.String({ description: "Give it as `after` to read on; opaque" })),
  });
}

/** RFC 9457, with the code from the error vocabulary. */
export const ProblemBody = Type.Object(
  {
    type: Type.String({ description: "Address of the page that explains the code" }),
    title: Type.String({ description: "The code in words; the same for each occurrence" }),
    status: Type.Integer(),
    detail: Type.String({ description: "What happened this time" }),
    code: Type.String({ description: "A word from the error vocabulary, for programs" }),
    hint: Type.Optional(Type.String({ description: "What to do next" })),
    requestId: Type.String({ description: "Name it when you ask for help" }),
    facts: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: "Figures and names to act on" })),
    errors: Type.Optional(
      Type.Array(Type.Object({ in: Type.String(), path: Type.String(), message: Type.String() }), {
        description: "Which parts of the request do not fit the contract",
      }),
    ),
  },
  { title: "Problem", description: "RFC 9457 problem details, application/problem+json" },
);
export type ProblemBody = Static<typeof ProblemBody>;
