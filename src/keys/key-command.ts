import { spawn } from "node:child_process";
import { Problem } from "../errors/problem.ts";
import { type KeyEncryptionKey, keyBytes, localKey } from "./key-encryption-key.ts";

/**
 * A key that a command knows (docs/reference/key-command.md). It is run by the shell, reads one request as a line of JSON and answers
 * on standard output. The first request is {"request":"key"}; it answers with the key itself, or with {"key":"ID"} when the key stays
 * where it is: then each wrap and unwrap is asked of it.
 * @throws Problem `key_command_failed`, `key_unusable`
 */
export async function keyOfCommand(command: string, timeoutMs = 10_000): Promise<KeyEncryptionKey> {
  const from = "--key-command";
  const answer = (await ask(command, { request: "key" }, timeoutMs)).trim();
  const bytes = keyBytes(answer);
  if (bytes !== null) return localKey(bytes, from);
  const { key: id } = objectOf(answer);
  if (typeof id !== "string" || !/^[\w.:/@-]{1,200}$/.test(id)) throw unusable("answered neither a key nor the id of one");
  const exchange = async (request: "wrap" | "unwrap", value: Buffer, context: string): Promise<Buffer> => {
    const given = request === "wrap" ? "plain" : "wrapped";
    const wanted = request === "wrap" ? "wrapped" : "plain";
    const place = context.replaceAll("\0", "/");
    const reply = objectOf(await ask(command, { request, key: id, context: place, [given]: value.toString("base64") }, timeoutMs))[wanted];
    if (typeof reply !== "string" || reply === "") throw unusable(`answered "${request}" without "${wanted}"`);
    return Buffer.from(reply, "base64");
  };
  return {
    id,
    from,
    wrap: (plain, context) => exchange("wrap", plain, context),
    unwrap: (text, context) => exchange("unwrap", text, context),
  };
}

/** What the command writes to standard error is never shown or kept: nobody knows what is in it. */
function ask(command: string, request: Readonly<Record<string, string>>, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ["pipe", "pipe", "ignore"], detached: process.platform !== "win32" });
    let said = "";
    const late = setTimeout(() => {
      end(child.pid);
      reject(failed(`did not answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    child.stdout.on("data", (piece: Buffer) => {
      said += piece.toString("utf8");
      if (said.length > mostBytes) end(child.pid);
    });
    child.stdin.on("error", () => {});
    child.on("error", () => reject(failed("could not be started")));
    child.on("close", (code, signal) => {
      clearTimeout(late);
      if (code === 0) resolve(said);
      else reject(failed(`ended with ${signal ?? `exit code ${code}`} at "${request["request"]}"`));
    });
    child.stdin.end(`${JSON.stringify(request)}\n`);
  });
}

const mostBytes = 65_536;

/** The shell and what it started. */
function end(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function failed(fact: string): Problem {
  return new Problem("key_command_failed", `the key command ${fact}`, {
    hint: 'Run it by hand with {"request":"key"} on standard input; its standard error is not shown here.',
  });
}

function unusable(fact: string): Problem {
  return new Problem("key_unusable", `the key command ${fact}`, {
    hint: "docs/reference/key-command.md says what it is asked and answers.",
  });
}
