import { hash, verify } from "@node-rs/argon2";
import { Problem } from "../errors/problem.ts";

/** argon2id as OWASP recommends it: 19 MiB, 2 passes, 1 lane. The parameters stand in each hash, so they may be raised later. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const shortest = 12;

/** @throws Problem `invalid_input` for a password that is too short; length is what makes one hard to guess (NIST SP 800-63B) */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < shortest)
    throw new Problem("invalid_input", `the password has ${password.length} characters`, {
      hint: `Use at least ${shortest}; a few words do well.`,
    });
  return hash(password.normalize("NFKC"), cost);
}

/** Takes the same work whether there is a hash or not, so that the time does not tell who has an account. */
export async function passwordFits(password: string, kept: string | null): Promise<boolean> {
  const fits = await verify(kept ?? (await nobodysHash()), password.normalize("NFKC"));
  return kept !== null && fits;
}

let nobody: Promise<string> | undefined;
function nobodysHash(): Promise<string> {
  nobody ??= hash(crypto.randomUUID(), cost);
  return nobody;
}
