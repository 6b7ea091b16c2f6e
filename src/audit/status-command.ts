import { type Command, InvalidArgumentError } from "commander";
import type { CommandContext } from "../terminal/command.ts";
import { counted, print, printJson } from "../terminal/output.ts";
import { describedHolder, type SealingState, sealingState } from "./seals/sealing-state.ts";

/** `apg audit status` */
export function mountStatusCommand(group: Command, context: CommandContext): void {
  group
    .command("status")
    .description("how far sealing is behind, and which transaction holds it back; exit code 1 when it is further behind than allowed")
    .option("--max-lag <seconds>", "how far it may be behind", wholeSeconds, 10)
    .option("--json", "as JSON")
    .action((flags: { maxLag: number; json?: true }, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const state = await sealingState(database.admin);
        const late = state.behindSeconds > flags.maxLag;
        if (flags.json === true) printJson({ late, ...state });
        else report(state, late);
        if (late) process.exitCode = 1;
      }),
    );
}

function report(state: SealingState, late: boolean): void {
  print(state.block === null ? "nothing is sealed yet" : `sealed up to block ${state.block}, at ${state.sealedAt}`);
  if (state.waiting === 0) {
    print("nothing waits");
    return;
  }
  const { waiting, held, holder, behindSeconds, oldest } = state;
  print(
    `${counted(waiting, "change")} ${waiting === 1 ? "waits" : "wait"}, the oldest since ${oldest}: ${Math.round(behindSeconds)} s behind`,
  );
  if (holder !== null) print(`held back: ${counted(held, "change")}, by ${describedHolder(holder)}`);
  if (late)
    print(
      holder === null
        ? "late: is the sealer running? (apg start, or apg audit seal --watch)"
        : "late: it goes on when that transaction ends",
    );
}

function wholeSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("expects seconds, such as 10");
  return Number(text);
}
