import type { Command } from "commander";
import type { MountCommands } from "../terminal/command.ts";

/** `apg start`; the HTTP server and the demo are loaded only for it, since every other command would wait for them. */
export const mountStartCommand: MountCommands = (program, context) => {
  program
    .command("start")
    .description("start the database, the API and the pages, and print where they are")
    .action(async (_flags: unknown, command: Command) => {
      const settings = context.settings(command);
      const { start } = await import("./start.ts");
      await start(settings);
    });
};
