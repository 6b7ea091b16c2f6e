/** A company group whose cash is kept apart from every other's. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly status: "active" | "suspended" | "erasing";
  readonly reportingCurrency: string;
  readonly timeZone: string;
  readonly createdAt: string;
}
