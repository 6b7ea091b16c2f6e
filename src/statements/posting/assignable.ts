import type { UploadedFile } from "../contract.ts";

/** Whether a refused file comes right when a person says something of it: it is kept, and need not be sent again. */
export function canBeAssigned({ outcome, problems }: Pick<UploadedFile, "outcome" | "problems">): boolean {
  return outcome === "refused" && problems.some(({ severity, code }) => severity === "refusal" && asked.test(code));
}

const asked = /^(?:ACCOUNT|CURRENCY)_MISSING$|_AMBIGUOUS$|^PROFILE|^(?:ACCOUNT|CURRENCY)_DIFFERS$/;
