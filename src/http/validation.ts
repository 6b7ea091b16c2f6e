import { Ajv2020 } from "ajv/dist/2020.js";
import type { FastifySchemaCompiler } from "fastify";
import { dayOrNull } from "../time/day.ts";

/**
 * What comes from outside is read by its contract. Addresses and headers are text, so their numbers are read from text; a
 * body is taken at its word: 12.5 where a decimal string belongs is refused, not turned into one.
 */
const ofText = ajv(true);
const ofBody = ajv(false);

export const compileValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === "body" ? ofBody : ofText).compile(schema);

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
