import { readFile } from "node:fs/promises";
import type { Static, TSchema } from "typebox";
import { Check, Errors } from "typebox/value";
import { Problem } from "../../errors/problem.ts";
import { TableChoices } from "./contract.ts";

/**
 * Table choices out of a JSON file: alone, in a profile, or in the preview of one file.
 * @throws Problem `not_found`, `invalid_input`
 */
export async function choicesFrom(path: string): Promise<{ readonly table: TableChoices }> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new Problem("not_found", `${path} cannot be read`, {
      hint: "Print a profile into it: apg statement profile show NAME --tenant TENANT",
      cause,
    });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Problem("invalid_input", `${path} is not JSON`, {
      hint: "Print a profile into it: apg statement profile show NAME --tenant TENANT",
      cause,
    });
  }
  return { table: fitting(TableChoices, innermost(value), path) };
}

/** A profile has them as its table, a preview as the choices of its table; a list of previews counts when it is of one file. */
function innermost(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? innermost(value[0]) : value;
  if (typeof value !== "object" || value === null) return value;
  if ("table" in value) return innermost(value.table);
  return "choices" in value ? value.choices : value;
}

function fitting<T extends TSchema>(schema: T, value: unknown, path: string): Static<T> {
  if (Check(schema, value)) return value as Static<T>;
  const [error] = [...Errors(schema, value)];
  throw new Problem("invalid_input", `${path}: ${error?.instancePath || "it"} ${error?.message ?? "is no profile"}`, {
    hint: "docs/reference/statement-profiles.md lists what a profile may say.",
  });
}
