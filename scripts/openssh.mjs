// An OpenSSH server for the tests of SFTP: one that is there, else Debian's, where we may install it.
import { existsSync } from "node:fs";
import { aptInstall } from "./apt-install.mjs";

const places = [process.env.APG_SSHD, "/usr/sbin/sshd", "/usr/local/sbin/sshd", "/opt/homebrew/sbin/sshd"];

/** @returns the program's path, or null */
export function findSshd() {
  const found = () => places.find((path) => path !== undefined && existsSync(path)) ?? null;
  return found() ?? (aptInstall("openssh-server") ? found() : null);
}
