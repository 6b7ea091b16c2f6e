import { createHash } from "node:crypto";
import { Problem } from "../errors/problem.ts";
import { BlindIndex } from "./blind-index.ts";
import { type DataKey, decryptValue, encryptValue, keyVersionOf, type Place, requirePlace, requireWhole } from "./ciphertext.ts";

type IndexKind = "account" | "file" | "credentials" | "request";

export type KeyState = "active" | "retired" | "shredded";

/** The keys of one tenant, unwrapped: in the memory of this process only, and only as long as key-ring.ts says. */
export class TenantKeys {
  readonly tenantId: string;
  readonly #values: ReadonlyMap<number, DataKey>;
  readonly #active: DataKey;
  readonly #indexRoot: Buffer;
  readonly #indexes = new Map<string, BlindIndex>();

  constructor(tenantId: string, values: ReadonlyMap<number, DataKey>, active: DataKey, indexRoot: Buffer) {
    this.tenantId = tenantId;
    this.#values = values;
    this.#active = active;
    this.#indexRoot = indexRoot;
  }

  /** The version that new values are encrypted with. */
  get version(): number {
    return this.#active.version;
  }

  /** @param row the row's key columns, joined by "/" */
  encrypt(place: Place, row: string, plain: Uint8Array): Buffer {
    return encryptValue(this.#active, this.tenantId, place, row, plain);
  }

  encryptText(place: Place, row: string, plain: string): Buffer;
  encryptText(place: Place, row: string, plain: string | null): Buffer | null;
  encryptText(place: Place, row: string, plain: string | null): Buffer | null {
    return plain === null ? null : this.encrypt(place, row, Buffer.from(plain, "utf8"));
  }

  /** @throws Problem one code for each reason why it does not open */
  decrypt(place: Place, row: string, blob: Buffer): Buffer {
    const key = this.#values.get(keyVersionOf(blob, place, row));
    if (key !== undefined) return decryptValue(key, this.tenantId, place, row, blob);
    requireWhole(blob, place, row);
    requirePlace(this.tenantId, place, row, blob);
    throw new Problem(
      "data_key_missing",
      `${place.column} of ${place.table} ${row} needs a data key that tenant ${this.tenantId} does not have`,
      {
        detail: { table: place.table, column: place.column, row, version: blob.readUInt32BE(4) },
        hint: "Restore cm_data_keys together with the data: apg keys status shows the versions that are there.",
      },
    );
  }

  decryptText(place: Place, row: string, blob: Buffer): string;
  decryptText(place: Place, row: string, blob: Buffer | null): string | null;
  decryptText(place: Place, row: string, blob: Buffer | null): string | null {
    return blob === null ? null : this.decrypt(place, row, blob).toString("utf8");
  }

  /** The blind index of a secret: whether it is another one, told without telling it. Case and spaces count, unlike in `index`. */
  indexOfSecret(secret: string): string {
    return this.index("credentials", createHash("sha256").update(secret).digest("hex"));
  }

  /** The blind index of a value: what an equality search compares. Kinds never mix, so that equal values of two kinds do not show. */
  index(kind: IndexKind, value: string): string {
    let index = this.#indexes.get(kind);
    if (index === undefined) {
      index = new BlindIndex(this.#indexRoot, this.tenantId, kind);
      this.#indexes.set(kind, index);
    }
    return index.of(value);
  }
}
