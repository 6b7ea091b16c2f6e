import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { FastifySchemaCompiler } from "fastify";
import type { Static, TSchema } from "typebox";
import { Problem } from "../errors/problem.ts";
import { dayOrNull } from "../time/day.ts";

/**
 * What comes from outside is read by its contract. Addresses and headers are text, so their numbers are read from text; a
 * body is taken at its word: 12.5 where a decimal string belongs is refused, not turned into one.
 */
const ofText = ajv(true);
const ofBody = ajv(false);

export const compileValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === "body" ? ofBody : ofText).compile(schema);

/**
 * Reads JSON that came as text (a field of a form) by its contract.
 * @throws Problem `invalid_input`
 */
export function parsedField<T extends TSchema>(schema: T, name: string, text: string): Static<T> {
  const refuse = (why: string) =>
    new Problem("invalid_input", `the field ${name} ${why}`, { hint: "Its contract is in the API's description (/api/v1/docs)." });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Problem("invalid_input", `the field ${name} is not JSON`, { hint: "Send an object.", cause });
  }
  const check = fields.get(schema) ?? ofBody.compile(schema);
  fields.set(schema, check);
  if (check(value)) return value as Static<T>;
  const [error] = check.errors ?? [];
  throw refuse(`does not fit: ${error?.instancePath || "it"} ${error?.message ?? "is not as expected"}`);
}

const fields = new WeakMap<TSchema, ValidateFunction>();

function ajv(coerce: boolean): Ajv2020 {
  const instance = new Ajv2020({ coerceTypes: coerce, useDefaults: true, allErrors: true, strict: true, allowUnionTypes: true });
  instance.addFormat("date", (text) => dayOrNull(text) !== null);
  instance.addFormat(
    "date-time",
    (text) => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text)),
  );
  instance.addFormat("uuid", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i);
  return instance;
}
