// A Chromium for the tests of the pages: one that is there, else Debian's, where we may install it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const places = [
  process.env.APG_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** @returns the program's path, or null */
export function findChromium() {
  const found = () => places.find((path) => path !== undefined && existsSync(path)) ?? null;
  return found() ?? (aptInstall("chromium") ? found() : null);
}

function aptInstall(name) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  console.log(`installing ${name} with apt-get …`);
  const quiet = { stdio: ["ignore", "ignore", 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  spawnSync("apt-get", ["update", "-q"], quiet);
  return spawnSync("apt-get", ["install", "-qy", "--no-install-recommends", name], quiet).status === 0;
}
