import { accessCommands } from "../access/commands.ts";
import { executors } from "./executors.ts";

/** `apg access`: an approval given in a terminal carries out what any domain asked for. */
export const mountAccessCommands = accessCommands(executors);
