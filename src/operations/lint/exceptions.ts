import { readFile } from "node:fs/promises";
import { type Check, type Finding, includesVersion, readVersions, type Versions } from "./check.ts";
import { checksFolder } from "./check-files.ts";

/** A finding that is meant to be so, and why. Committed in database/checks/exceptions.json. */
export interface Exception {
  readonly check: string;
  readonly object: string;
  readonly reason: string;
  /** Where only some majors have the finding. */
  readonly versions?: string;
  /** The server decides whether it is there (who belongs to a group, say): then it is no fault when it matches nothing. */
  readonly sometimes?: true;
}

export interface ExceptedFinding extends Finding {
  readonly reason: string;
}

export interface Sorted {
  readonly findings: readonly Finding[];
  readonly excepted: readonly ExceptedFinding[];
}

const fileName = "exceptions.json";

/** An exception that excepts nothing hides the next fault of that name: it is a fault itself. */
export const unusedException: Check = {
  id: "0000",
  name: "exception_that_excepts_nothing",
  file: `database/checks/${fileName}`,
  title: "Exception that no longer matches a finding",
  level: "warn",
  category: "server",
  why: "The fault it was written for is gone; left standing, it would silence the next one on that object.",
  proves: "STYLE.md, the tree checks itself",
  versions: { from: 15, to: 18 } satisfies Versions,
  sql: "",
};

export async function readExceptions(folder = checksFolder): Promise<Exception[]> {
  const list: unknown = JSON.parse(await readFile(`${folder}${fileName}`, "utf8"));
  if (!Array.isArray(list)) throw new Error(`${fileName} is not a list`);
  return list.map((entry: Record<string, unknown>, index) => {
    for (const key of ["check", "object", "reason"])
      if (typeof entry[key] !== "string" || entry[key] === "") throw new Error(`${fileName}: entry ${index + 1} has no ${key}`);
    return entry as unknown as Exception;
  });
}

/** Sets apart what is meant to be so, and adds a finding for each exception of the checks that ran and found nothing like it. */
export function sortByExceptions(
  findings: readonly Finding[],
  exceptions: readonly Exception[],
  ran: { readonly checks: readonly Check[]; readonly major: number },
): Sorted {
  const applicable = exceptions.filter(
    ({ check, versions }) =>
      ran.checks.some(({ name }) => name === check) && (versions === undefined || includesVersion(readVersions(versions), ran.major)),
  );
  const matching = (finding: Finding) => applicable.find(({ check, object }) => check === finding.check.name && object === finding.object);
  const unused = applicable.filter(
    ({ check, object, sometimes }) =>
      sometimes !== true && !findings.some((finding) => finding.check.name === check && finding.object === object),
  );
  return {
    findings: [...findings.filter((finding) => matching(finding) === undefined), ...unused.map(unusedFinding)],
    excepted: findings.flatMap((finding) => {
      const exception = matching(finding);
      return exception === undefined ? [] : [{ ...finding, reason: exception.reason }];
    }),
  };
}

function unusedFinding({ check, object, reason }: Exception): Finding {
  return {
    check: unusedException,
    level: unusedException.level,
    object,
    detail: `the exception from ${check} matches nothing`,
    evidence: reason,
    fix: `-- take it out of ${unusedException.file}`,
  };
}
