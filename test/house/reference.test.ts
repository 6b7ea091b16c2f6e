import { Command, type Option } from "commander";
import { describe, expect, test } from "vitest";
import { vocabulary } from "../../src/errors/vocabulary.ts";
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
