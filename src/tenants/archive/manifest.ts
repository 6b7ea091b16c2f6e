/** What an archive says of itself, written last: an archive without it was interrupted. */
export interface Manifest {
  readonly format: "apg-tenant-archive";
  readonly formatVersion: 1;
  readonly tenant: { readonly id: string; readonly name: string };
  /** The last migration of the database it came from. */
  readonly schema: string;
  /** All of it was true at this moment: one transaction that saw one state. */
  readonly snapshotAt: string;
  readonly exportId: string;
  readonly askedBy: string;
  readonly tables: readonly ArchivedTable[];
  /** The files as they were received. */
  readonly received: readonly ArchivedFile[];
  /** What an archive does not carry, and why. */
  readonly withheld: readonly { readonly what: string; readonly why: string }[];
}

export interface ArchivedTable {
  readonly table: string;
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Per column of amounts and currency, in minor units: what must come out again when the rows are added up. */
  readonly sums: readonly AmountSum[];
}

export interface AmountSum {
  readonly column: string;
  readonly currencyColumn: string;
  readonly minorByCurrency: Readonly<Record<string, string>>;
}

export interface ArchivedFile {
  readonly path: string;
  readonly deliveryId: string;
  readonly bytes: number;
  readonly sha256: string;
}

export const manifestPath = "manifest.json";

export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Null when it is not one of ours. */
export function readManifest(text: string): Manifest | null {
  try {
    const value = JSON.parse(text) as Partial<Manifest>;
    const known = value.format === "apg-tenant-archive" && value.formatVersion === 1;
    return known && Array.isArray(value.tables) && Array.isArray(value.received) ? (value as Manifest) : null;
  } catch {
    return null;
  }
}
