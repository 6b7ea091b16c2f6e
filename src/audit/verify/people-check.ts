import type { Client } from "../../postgres/connect.ts";
import { type ApartValue, digestOfValue, digestsIn, personalValues } from "../seals/personal-values.ts";
import { described, nameOf } from "./block-check.ts";
import type { FaultList } from "./fault.ts";
import type { TrailRow } from "./row-stream.ts";

/** Holds what stands apart from the trail against the digests in it. Fed with rows, asked after each batch of them. */
export class PeopleCheck {
  readonly #faults: FaultList;
  /** Tenants whose people are gone by right: their erasure has begun, and its record stands. */
  readonly #erased = new Map<string, boolean>();
  #rows: { readonly row: TrailRow; readonly block: bigint }[] = [];

  constructor(faults: FaultList) {
    this.#faults = faults;
  }

  row(row: TrailRow, block: bigint): void {
    if (row.text.includes(digestMark)) this.#rows.push({ row, block });
  }

  async check(client: Client): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    for (let at = 0; at < rows.length; at += atOnce) await this.#checkSome(client, rows.slice(at, at + atOnce));
  }

  async #checkSome(client: Client, rows: readonly { readonly row: TrailRow; readonly block: bigint }[]): Promise<void> {
    const named = rows.flatMap(({ row, block }) => {
      const [id, tenantId, , , , , , , , , before, after] = JSON.parse(row.text.toString("utf8")) as (string | object | null)[];
      const digests = { old: digestsIn(before), new: digestsIn(after) };
      if (digests.old.size + digests.new.size === 0) return [];
      return [{ row, block, tenantId: String(tenantId), id: BigInt(String(id)), digests }];
    });
    const found = new Map<string, ApartValue[]>();
    for (const value of await personalValues(client, named)) {
      const place = `${value.tenantId} ${value.entry}`;
      found.set(place, [...(found.get(place) ?? []), value]);
    }
    for (const { row, block, tenantId, id, digests } of named) {
      const values = found.get(`${tenantId} ${id}`) ?? [];
      for (const { side, column, salt, value } of values) {
        if (digests[side].get(column) !== digestOfValue(salt, value))
          this.#tell("person_changed", `${column} is not what was sealed`, row, block);
        digests[side].delete(column);
      }
      const gone = [...digests.old.keys(), ...digests.new.keys()];
      if (gone.length > 0 && !(await this.#isErased(client, tenantId)))
        this.#tell("person_removed", `${[...new Set(gone)].join(", ")} is gone, and ${tenantId} was not erased`, row, block);
    }
  }

  async #isErased(client: Client, tenantId: string): Promise<boolean> {
    const known = this.#erased.get(tenantId);
    if (known !== undefined) return known;
    const { rows } = await client.query<{ state: string | null }>("select cash_management.erasure_state($1) as state", [tenantId]);
    const erased = rows[0]?.state === "running" || rows[0]?.state === "done";
    this.#erased.set(tenantId, erased);
    return erased;
  }

  #tell(kind: "person_changed" | "person_removed", how: string, row: TrailRow, block: bigint): void {
    const named = nameOf(row);
    this.#faults.add(kind, `${described(named)}: ${how} (block ${block})`, block, named);
  }
}

/** Of a column's name in an image: `"name#": "`. In a value the quotes would be escaped. */
const digestMark = Buffer.from('#": "');
const atOnce = 5_000;
