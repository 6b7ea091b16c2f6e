/** A company group whose cash is kept apart from every other's. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  /** What this means is decided in status.ts. */
  readonly status: "active" | "suspended" | "erasing";
  readonly legalHold: boolean;
  readonly reportingCurrency: string;
  readonly timeZone: string;
  readonly createdAt: string;
}
