import { Command, type Option } from "commander";
import { describe, expect, test } from "vitest";
import { type Permission, roles, scopes } from "../../src/access/contract.ts";
import { permissionsOfRole, permissionsOfScope } from "../../src/access/permissions.ts";
import { vocabulary } from "../../src/errors/vocabulary.ts";
import type { Check } from "../../src/operations/lint/check.ts";
import { readChecks } from "../../src/operations/lint/check-files.ts";
import { readExceptions } from "../../src/operations/lint/exceptions.ts";
import { programChecks } from "../../src/operations/lint/programs.ts";
import { type Setting, settingList } from "../../src/settings/list.ts";
import type { CommandContext, MountCommands } from "../../src/terminal/command.ts";
import { read, root } from "./tree.ts";

// The reference is made from the program: npm run reference writes the pages, the tests say when they are stale.
const stale = "the page is stale: npm run reference";
const made = "<!-- Made from the program by `npm run reference`. -->";

describe("the reference is what the program says of itself", () => {
  test("docs/reference/errors.md lists every error", async () => {
    const rows = Object.entries(vocabulary).map(([code, { status, exit, title }]) => `| \`${code}\` | ${status} | ${exit} | ${title} |`);
    const page = [
      ...["# Errors", "", made, ""],
      "Over HTTP an error is a problem document (RFC 9457) whose `code` is one of these; a command ends with the exit code.",
      ...["Exit 1: the answer is no. 2: the input was refused. 3: the surroundings are not as needed. 4: a defect of the program.", ""],
      ...["| code | HTTP status | exit code | meaning |", "| --- | --- | --- | --- |", ...rows, ""],
    ];
    await expect(page.join("\n"), stale).toMatchFileSnapshot("../../docs/reference/errors.md");
  });

  test("docs/reference/access.md shows the matrix of roles and scopes", async () => {
    const all = [...new Set(Object.values(permissionsOfRole).flat())].sort();
    const line = (permission: Permission) => roles.map((role) => (permissionsOfRole[role].includes(permission) ? "yes" : "")).join(" | ");
    const page = [
      ...["# Roles, permissions and scopes", "", made, ""],
      "A route names the permission it needs; the database has the same matrix in `cm_permissions` (docs/operate/access.md says what it holds itself).",
      ...["", `| permission | ${roles.join(" | ")} |`, `| --- |${" --- |".repeat(roles.length)}`],
      ...all.map((permission) => `| \`${permission}\` | ${line(permission)} |`),
      ...["", "| scope of an API key | allows |", "| --- | --- |"],
      ...scopes.map((scope) => `| \`${scope}\` | ${permissionsOfScope[scope].map((permission) => `\`${permission}\``).join(", ")} |`),
      "",
    ];
    await expect(page.join("\n"), stale).toMatchFileSnapshot("../../docs/reference/access.md");
  });

  test("docs/reference/settings.md lists every setting", async () => {
    const rows = Object.entries(settingList as Readonly<Record<string, Setting<unknown>>>).map(([key, setting]) => {
      const fallback = setting.fallback === undefined ? "" : `\`${setting.kind.show(setting.fallback).replace(root.slice(0, -1), ".")}\``;
      return `| \`${setting.flag}\` | \`${setting.environment}\` | \`${key}\` | ${setting.kind.expects} | ${fallback} | ${setting.what} |`;
    });
    const page = [
      ...["# Settings", "", made, ""],
      ...[
        "A flag stands above the environment, the environment above `apg.json` in the data folder. `apg settings` shows what holds and why.",
        "",
      ],
      ...[
        "| flag | environment | key in apg.json | takes | default | what it is for |",
        "| --- | --- | --- | --- | --- | --- |",
        ...rows,
        "",
      ],
    ];
    await expect(page.join("\n"), stale).toMatchFileSnapshot("../../docs/reference/settings.md");
  });

  test("docs/reference/commands.md lists every command with its options", async () => {
    const program = new Command("apg");
    for (const mount of await mounts()) mount(program, {} as CommandContext);
    const page = [
      "# Commands",
      "",
      made,
      "",
      "Every command also takes the flags of [settings.md](settings.md).",
      "",
      ...program.commands.flatMap(section),
    ];
    await expect(page.join("\n"), stale).toMatchFileSnapshot("../../docs/reference/commands.md");
  });
});

test("docs/reference/checks.md explains every check of apg db lint, and what is meant to be so", async () => {
  const questions = await readChecks();
  const checks = [...questions, ...programChecks];
  const exceptions = await readExceptions();
  const known = new Set(checks.map(({ name }) => name));
  expect(exceptions.filter(({ check }) => !known.has(check))).toEqual([]);
  const page = [
    ...["# Checks", "", made, ""],
    ...[
      `\`apg db lint\` asks these ${checks.length} questions and answers one finding for each logical object with what cures it. ${questions.length} are files of`,
      "`database/checks` that only read and also run with psql alone (`psql -f database/checks/FILE`); the others are programs: of pg_hba.conf",
      "(the server's own, or `--hba FILE`), of pgbouncer.ini (`--pgbouncer-ini FILE`) and of plans, which SQL cannot ask.",
      "",
    ],
    ...["| number | check | level | about | finds |", "| --- | --- | --- | --- | --- |"],
    ...checks.map(({ id, name, level, category, title }) => `| ${id} | [${name}](#${name}) | ${level} | ${category} | ${title} |`),
    "",
    ...checks.flatMap((check) =>
      checkSection(
        check,
        exceptions.filter((exception) => exception.check === check.name),
      ),
    ),
  ];
  await expect(page.join("\n"), stale).toMatchFileSnapshot("../../docs/reference/checks.md");
});

function checkSection(
  { id, name, file, title, level, why, proves, versions }: Check,
  exceptions: readonly { object: string; reason: string }[],
) {
  return [
    ...[`## ${name}`, "", `${title}. ${why}`, ""],
    `${id}, level ${level}, PostgreSQL ${versions.from} to ${versions.to}. Stands for ${proves}. [The question](../../${file})`,
    "",
    ...(exceptions.length > 0 ? ["Meant to be so:", "", ...exceptions.map(({ object, reason }) => `- \`${object}\`: ${reason}`), ""] : []),
  ];
}

/** What src/apg.ts lists, without running it. */
async function mounts(): Promise<MountCommands[]> {
  const text = read("src/apg.ts");
  const list = /const mounts[^=]*= \[([^\]]*)\]/.exec(text)?.[1] ?? "";
  const names = [...list.matchAll(/mount\w+/g)].map(([name]) => name);
  expect(names.length, "src/apg.ts has no list of mounts").toBeGreaterThan(0);
  return Promise.all(
    names.map(async (name) => {
      const from = new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from "\\./([^"]+)"`).exec(text)?.[1];
      const module: Record<string, unknown> = await import(`${root}src/${from}`);
      return module[name] as MountCommands;
    }),
  );
}

function section(command: Command): string[] {
  if (command.commands.length > 0) return command.commands.flatMap(section);
  const path: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) path.unshift(at.name());
  const taken = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "…" : ""}`;
    return argument.required ? name.toUpperCase() : `[${name.toUpperCase()}]`;
  });
  const options = command.options.map(
    (option: Option) => `| \`${option.flags}\` | ${option.description}${option.mandatory ? " (required)" : ""} |`,
  );
  return [
    ...[`## ${[...path, ...taken].join(" ")}`, "", command.description(), ""],
    ...(options.length > 0 ? ["| option | what it does |", "| --- | --- |", ...options, ""] : []),
  ];
}
