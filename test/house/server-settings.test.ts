import { expect, test } from "vitest";
import { GB } from "../../src/operations/configure/budget.ts";
import { renderedSettings } from "../../src/operations/configure/rendered.ts";
import { leftOut, settingGroups } from "../../src/operations/configure/settings/index.ts";
import { target } from "../operations/configure/target.ts";

// Written by npm run reference, as its siblings.
test("docs/reference/server-settings.md shows what is rendered for three hosts, and why", async () => {
  const hosts = [
    { memory: 16 * GB, cores: 4, diskSize: 500 * GB, walSize: 500 * GB },
    { memory: 64 * GB, cores: 16, diskSize: 2_000 * GB, walSize: 2_000 * GB },
    { memory: 256 * GB, cores: 64, diskSize: 8_000 * GB, walSize: 8_000 * GB },
  ].map(
    (machine) =>
      new Map(renderedSettings(target({ machine, load: { programs: 1, poolSize: 20 } })).map(({ name, value }) => [name, value])),
  );
  const code = (text: string | undefined) => (text === undefined ? "" : text === "" ? "empty" : `\`${text.replaceAll("|", "\\|")}\``);
  const rows = settingGroups.flatMap(({ title, settings }) => [
    `| **${title}** |  |  |  |  |  |`,
    ...settings.map(({ name, guide, why, from }) => {
      const ids = (guide ?? []).map(({ id, value }) => `${id} ${code(value)}`).join(", ");
      return `| \`${name}\`${from === undefined ? "" : ` (${from})`} | ${hosts.map((host) => code(host.get(name))).join(" | ")} | ${ids} | ${why.replaceAll("|", "\\|")} |`;
    }),
  ]);
  const page = [
    ...["# Settings of the server", "", "<!-- Made from the program by `npm run reference`. -->", ""],
    "What `apg db configure --environment production` writes for PostgreSQL 18 on a host of 16 GB and 4 cores, 64 GB and 16, 256 GB and 64 (two standbys, one program with 20",
    "connections, 2,000 partitions). In brackets the first version that knows a setting. S1-S141 number the lines of a widely used configuration guide, with the guide's value.",
    ...["", "| setting | 16 GB | 64 GB | 256 GB | guide | why |", "| --- | --- | --- | --- | --- | --- |", ...rows, ""],
    ...["## Not written", "", "| guide | setting | the guide's value | why not |", "| --- | --- | --- | --- |"],
    ...leftOut.map(({ id, name, value, why }) => `| ${id} | \`${name}\` | ${code(value)} | ${why} |`),
    "",
  ];
  await expect(page.join("\n"), "the page is stale: npm run reference").toMatchFileSnapshot("../../docs/reference/server-settings.md");
});
