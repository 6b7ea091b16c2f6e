import { createHash } from "node:crypto";
import type { MigrationFile } from "../migrate/migration-files.ts";
import type { Check, Finding, Level } from "./check.ts";
import { unusedException } from "./exceptions.ts";
import type { LintReport } from "./lint.ts";

/**
 * The report for programs that show findings beside the code: SARIF 2.1.0 (OASIS, 27 March 2020). A finding points to the line
 * of the migration that first names its object, else to the check; what is excepted is there as suppressed.
 */
export function sarifOf(report: LintReport, migrations: readonly MigrationFile[], programVersion: string): object {
  const rules = [unusedException, ...report.checks];
  const results = [
    ...report.findings.map((finding) => resultOf(finding, rules, migrations)),
    ...report.excepted.map((finding) => ({
      ...resultOf(finding, rules, migrations),
      suppressions: [{ kind: "external", status: "accepted", justification: finding.reason }],
    })),
  ];
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "apg db lint", version: programVersion, rules: rules.map(ruleOf) } },
        invocations: [
          {
            executionSuccessful: report.failed.length === 0,
            toolExecutionNotifications: report.failed.map(({ check, error }) => ({
              level: "error",
              message: { text: `${check.name}: ${error}` },
              associatedRule: { id: check.id, index: rules.indexOf(check) },
            })),
          },
        ],
        // Lines and columns of what we point to are counted as UTF-16 code units, as editors do.
        columnKind: "utf16CodeUnits",
        results,
      },
    ],
  };
}

const sarifLevels: Readonly<Record<Level, string>> = { error: "error", warn: "warning", info: "note" };

function ruleOf(check: Check): object {
  return {
    id: check.id,
    name: check.name,
    shortDescription: { text: check.title },
    fullDescription: { text: check.why },
    help: { text: `${check.why} It stands for ${check.proves}. See docs/reference/checks.md.` },
    defaultConfiguration: { level: sarifLevels[check.level] },
    properties: { category: check.category, tags: [check.category, ...check.proves.split(", ")] },
  };
}

function resultOf(finding: Finding, rules: readonly Check[], migrations: readonly MigrationFile[]): object {
  const { check, level, object, detail, evidence, fix } = finding;
  const place = placeOf(finding, migrations);
  return {
    ruleId: check.id,
    ruleIndex: rules.indexOf(check),
    level: sarifLevels[level],
    message: { text: `${object}: ${detail}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: place.uri, uriBaseId: "%SRCROOT%" }, region: { startLine: place.line } },
        logicalLocations: [{ fullyQualifiedName: object }],
      },
    ],
    partialFingerprints: { "checkAndObject/v1": createHash("sha256").update(`${check.name}\n${object}`).digest("hex") },
    properties: { evidence, fix },
  };
}

/** The object's schema-qualified name as a migration spells it: before a signature, a column or "policy … on". */
function placeOf({ check, object }: Finding, migrations: readonly MigrationFile[]): { uri: string; line: number } {
  const name = /[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*/.exec(object)?.[0];
  if (name !== undefined) {
    const word = new RegExp(`(?<![\\w.])${name.replace(".", "\\.")}(?!\\w)`);
    for (const migration of migrations) {
      const line = migration.sql.split("\n").findIndex((text) => word.test(text));
      if (line >= 0) return { uri: `database/migrations/${migration.name}.sql`, line: line + 1 };
    }
  }
  return { uri: check.file, line: 1 };
}
