/** How a check is tried: a fault is made, must be found as exactly these objects, and the printed SQL must cure it. */
export interface Fault {
  readonly check: string;
  /** SQL, run by the superuser in a transaction that is rolled back. */
  readonly make: string;
  /** The objects that are found besides what was there before; $database is the name of the database. */
  readonly finds: readonly string[];
  /** Something close to it that is right and must not be found. */
  readonly harmless?: string;
  /** Words that the finding's detail or evidence must have. */
  readonly says?: RegExp;
}
