import { readFileSync } from "node:fs";
import { Command } from "commander";
import { mountPlatformKeyCommands } from "./access/platform-key-commands.ts";
import { mountAccountCommands } from "./accounts/commands.ts";
import { mountAccessCommands } from "./apg/access-commands.ts";
import { commandContext } from "./apg/context.ts";
import { mountSettingsCommand } from "./apg/settings-command.ts";
import { mountStartCommand } from "./apg/start-command.ts";
import { mountAuditCommands } from "./audit/commands.ts";
import { mountBankCommands } from "./banks/connections/commands.ts";
import { mountCategoryCommands } from "./categories/commands.ts";
import { mountConfigureCommand } from "./operations/configure/commands.ts";
import { mountProveCommands } from "./operations/isolate/commands.ts";
import { mountKeysCommands } from "./operations/keys/commands.ts";
import { mountLintCommand } from "./operations/lint/commands.ts";
import { mountDatabaseCommands } from "./operations/migrate/commands.ts";
import { mountPrivilegesCommand } from "./operations/privileges/commands.ts";
import { mountSimulateCommands } from "./operations/simulate/commands.ts";
import { mountPositionCommand } from "./positions/commands.ts";
import { mountRateCommands } from "./rates/commands.ts";
import { mountStatementCommands } from "./statements/commands.ts";
import { mountImportCommand } from "./statements/import-commands.ts";
import { mountProfileCommands } from "./statements/profiles/commands.ts";
import { mountSuspectCommands } from "./statements/suspects/commands.ts";
import { mountTenantCommands } from "./tenants/commands.ts";
import type { MountCommands } from "./terminal/command.ts";
import { endWithReader } from "./terminal/output.ts";
import { reportError } from "./terminal/report-error.ts";
import { addSettingFlags } from "./terminal/setting-flags.ts";

/** The program `apg`: every domain's commands under one door, one way to report errors, one list of settings. */
const mounts: readonly MountCommands[] = [
  mountStartCommand,
  mountSettingsCommand,
  mountStatementCommands,
  mountImportCommand,
  mountProfileCommands,
  mountSuspectCommands,
  mountPositionCommand,
  mountAccountCommands,
  mountBankCommands,
  mountRateCommands,
  mountCategoryCommands,
  mountTenantCommands,
  mountAccessCommands,
  mountPlatformKeyCommands,
  mountAuditCommands,
  mountKeysCommands,
  mountDatabaseCommands,
  mountConfigureCommand,
  mountPrivilegesCommand,
  mountLintCommand,
  mountProveCommands,
  mountSimulateCommands,
];

export async function main(parameters: readonly string[]): Promise<number> {
  try {
    await makeProgram().parseAsync(parameters, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return reportError(error);
  }
}

export function makeProgram(): Command {
  const program = new Command("apg")
    .description("Bank statements in, a proven cash position out.")
    .version(packageVersion())
    .exitOverride();
  addSettingFlags(program);
  for (const mount of mounts) mount(program, commandContext);
  hintAtHelp(program, "apg");
  return program;
}

/** What commander refuses ends with the help of that very command. */
function hintAtHelp(command: Command, path: string): void {
  const lists = command.commands.length > 0 ? "the commands" : "the options";
  command.showHelpAfterError(`hint: ${path} --help lists ${lists}`);
  for (const part of command.commands) hintAtHelp(part, `${path} ${part.name()}`);
}

function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

endWithReader();
process.exitCode = await main(process.argv.slice(2));
