import { type Finding, levels } from "./check.ts";
import type { LintReport } from "./lint.ts";

/** The report for a program: what `--json` prints. */
export function reportDocument(report: LintReport): object {
  const document = ({ check, level, object, detail, evidence, fix }: Finding) => ({
    ...{ check: check.name, id: check.id, level, category: check.category, object, detail, evidence, why: check.why, fix },
  });
  return {
    server: report.server,
    checks: report.checks.length,
    skipped: report.skipped.map(({ name }) => name),
    durationMs: report.durationMs,
    findings: report.findings.map(document),
    excepted: report.excepted.map((finding) => ({ ...document(finding), reason: finding.reason })),
    failed: report.failed.map(({ check, error }) => ({ check: check.name, id: check.id, error })),
  };
}

/** The cures alone, as one SQL script to read before it is run. */
export function fixScript(findings: readonly Finding[]): string {
  return findings.map(({ check, object, detail, fix }) => `-- ${check.id} ${object}: ${oneLine(detail)}\n${ended(fix)}`).join("\n\n");
}

/** For a person: by level, each with its reason and its cure; then one line of counts. */
export function reportText(report: LintReport, all: boolean): string {
  const parts = levels.flatMap((level) => {
    const found = report.findings.filter((finding) => finding.level === level);
    return found.length === 0 ? [] : [`${level} (${found.length})`, ...found.map((finding) => findingText(finding))];
  });
  if (all && report.excepted.length > 0) {
    parts.push(`meant to be so (${report.excepted.length})`);
    parts.push(
      ...report.excepted.map((finding) => `  ${finding.check.id} ${finding.check.name}: ${finding.object}\n       ${finding.reason}`),
    );
  }
  return [...parts, summary(report)].join("\n\n");
}

function findingText({ check, object, detail, evidence, fix }: Finding): string {
  return [
    `  ${check.id} ${check.name}: ${object}`,
    `${label("fact")}${oneLine(detail)}`,
    `${label("evidence")}${oneLine(evidence)}`,
    `${label("why")}${check.why}`,
    `${label("fix")}${fix.split("\n").join(`\n${label("")}`)}`,
  ].join("\n");
}

function summary(report: LintReport): string {
  const counts = levels.map((level) => `${report.findings.filter((finding) => finding.level === level).length} ${level}`);
  const skipped = report.skipped.length === 0 ? "" : `, ${report.skipped.length} for other versions`;
  return `PostgreSQL ${report.server}, ${report.checks.length} checks${skipped}: ${counts.join(", ")}; ${report.excepted.length} meant to be so`;
}

function label(word: string): string {
  return `       ${word.padEnd(10)}`;
}

function ended(sql: string): string {
  return /;\s*$/.test(sql) || /^--[^\n]*$/.test(sql) ? sql : `${sql};`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
