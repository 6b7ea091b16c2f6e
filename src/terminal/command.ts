import type { Command } from "commander";
import type { Database } from "../postgres/database.ts";
import type { Settings } from "../settings/list.ts";

/**
 * How a domain adds its commands to the program: `commands.ts` exports one of these, and src/apg.ts lists it.
 *
 *     export const mountPositionCommands: MountCommands = (program, context) => {
 *       program.command("position").requiredOption("--tenant <tenant>", "…").action((options: { tenant: string }, command: Command) =>
 *         context.withDatabase(command, async ({ database, settings }) => { … }));
 *     };
 */
export type MountCommands = (program: Command, context: CommandContext) => void;

export interface CommandContext {
  /** As flags, environment and file say. */
  settings(command: Command): Settings;
  /**
   * Opens the database the settings name, runs `work`, and closes it again. An embedded database is migrated first when it
   * is behind; another one that is behind is refused. Errors are reported by the program, which also sets the exit code.
   */
  withDatabase<T>(command: Command, work: (open: OpenForCommand) => Promise<T>, options?: WithDatabaseOptions): Promise<T>;
}

export interface OpenForCommand {
  readonly database: Database;
  readonly settings: Settings;
}

export interface WithDatabaseOptions {
  /** False for the commands that look at or do the migrating themselves. */
  readonly migrated?: boolean;
}

/** The group of commands of this name, made at the first call: several domains may add to `apg db`. */
export function commandGroup(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}
