import { remark } from "../terminal/output.ts";
import { reportError } from "../terminal/report-error.ts";

type Step = () => Promise<void>;

/**
 * SIGINT and SIGTERM stop what has been started, last first, also in the middle of starting; a second one ends at once.
 * @returns `stopped`, which resolves when a signal has stopped everything, and `later`, which adds a step of stopping
 */
export function onStopSignal(): { stopped: Promise<void>; later: (step: Step) => void; stopAll: Step } {
  const steps: Step[] = [];
  let begun: Promise<void> | undefined;
  const stopAll = () => {
    begun ??= runSteps(steps);
    return begun;
  };
  const stopped = new Promise<void>((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      if (begun !== undefined) process.exit(signal === "SIGINT" ? 130 : 143);
      remark("stopping …");
      // What was just being started may still be waiting for something: the process does not wait for it.
      void stopAll().then(() => {
        resolve();
        process.exit(0);
      });
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
  return { stopped, later: (step) => void steps.push(step), stopAll };
}

async function runSteps(steps: Step[]): Promise<void> {
  for (const step of steps.reverse())
    try {
      await step();
    } catch (error) {
      reportError(error);
    }
}
