import { knownKeys } from "../../keys/key-ring.ts";
import { encryptedColumns } from "../../operations/keys/encrypted-columns.ts";
import type { ReadableColumns } from "./tables.ts";

/** Encrypted columns go out in clear: the archive is the tenant's own data, and no key goes with it. */
export const readableColumns: ReadableColumns = async (tx, table) => {
  const columns = encryptedColumns.filter((one) => one.table === table.name && table.schema === "cash_management");
  const keys = columns.length === 0 ? null : await knownKeys(tx);
  if (keys === null) return null;
  return (row) => {
    const clear = { ...row };
    for (const { column, place, keys: names, text } of columns) {
      const value = row[column];
      if (value === null || value === undefined) continue;
      // As COPY writes bytes: \x and hexadecimal digits.
      const plain = keys.decrypt(place, names.map((name) => row[name]).join("/"), Buffer.from(value.slice(2), "hex"));
      clear[column] = text ? plain.toString("utf8") : `\\x${plain.toString("hex")}`;
    }
    return clear;
  };
};
