// Debian's own package of a program that some tests need, where we may install it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

export function aptInstall(name) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  console.log(`installing ${name} with apt-get …`);
  // Installed for its program alone: Debian would start a service of its own.
  const quiet = { stdio: ["ignore", "ignore", 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" } };
  spawnSync("apt-get", ["update", "-q"], quiet);
  return spawnSync("apt-get", ["install", "-qy", "--no-install-recommends", name], quiet).status === 0;
}
