import { isLoopback } from "./refusals.ts";
import type { Target } from "./target.ts";

interface Rule {
  readonly type: string;
  readonly database: string;
  readonly user: string;
  readonly address: string;
  readonly method: string;
}

/** pg_hba.conf: who may connect from where. The first rule that fits counts, so the refusals stand last. */
export function pgHba({ network, cluster, environment }: Target): string {
  const { database } = cluster;
  const withTls = network.tls !== null;
  const programs = ["apg_user", "apg_gate", "apg_sealer", "apg_readonly_user"];
  const fromNetwork = (users: readonly string[], databases: string, cidrs: readonly string[], certificate: boolean): Rule[] =>
    cidrs.flatMap((address) =>
      users.map((user) => ({
        type: withTls || !isLoopback(address) ? "hostssl" : "host",
        database: databases,
        user,
        address,
        method: `scram-sha-256${certificate && withTls ? " clientcert=verify-full map=apg" : ""}`,
      })),
    );
  const loopback = ["127.0.0.1/32", "::1/128"];
  const sections: readonly (readonly [string, readonly Rule[]])[] = [
    [
      "On this machine by socket: the system's user postgres, and by pg_ident.conf those it names.",
      [
        local("all", "postgres", "peer map=apg"),
        local("replication", "postgres", "peer map=apg"),
        local(database, "backup_user", "peer map=apg"),
      ],
    ],
    [
      "On this machine over TCP: monitoring and backup, in both families, so that localhost may be either.",
      fromNetwork(["monitoring", "backup_user"], database, loopback, false),
    ],
    ...(environment === "development"
      ? ([["A developer's own program.", fromNetwork([...programs, "postgres"], "all", loopback, false)]] as const)
      : []),
    ["The program and its pooler, and people who read.", fromNetwork(programs, database, beyond(network.applications, environment), false)],
    [
      "Monitoring from the administrators' networks.",
      fromNetwork(["monitoring"], database, beyond(network.administrators, environment), false),
    ],
    [
      "Administrators, from single machines (/32, /128) only: with a client certificate beside the password, for a leaked password alone must not open every tenant.",
      fromNetwork(["postgres"], "all", beyond(network.administrators, environment).filter(isSingleHost), true),
    ],
    ["Standbys: with a client certificate.", fromNetwork(["replicator"], "replication", network.replication, true)],
    [
      "Nobody else. all does not take replication in.",
      [
        { type: "host", database: "all", user: "all", address: "all", method: "reject" },
        { type: "host", database: "replication", user: "all", address: "all", method: "reject" },
      ],
    ],
  ];
  const written = sections.filter(([, rules]) => rules.length > 0);
  return `# ${cluster.name}. Written by apg db configure; changes are overwritten.\n\n${written.map(([title, rules]) => `# ${title}\n${rules.map(line).join("\n")}\n`).join("\n")}`;
}

/** Peers of this machine's users. By its own name in both, or a certificate's. */
export function pgIdent({ cluster }: Target): string {
  return `# ${cluster.name}. Written by apg db configure; changes are overwritten.
# MAP   SYSTEM-USERNAME   PG-USERNAME
apg     postgres          postgres
apg     postgres          backup_user
apg     replicator        replicator
`;
}

/** In development loopback has its own section. */
function beyond(cidrs: readonly string[], environment: string): readonly string[] {
  return environment === "development" ? cidrs.filter((cidr) => !isLoopback(cidr)) : cidrs;
}

function isSingleHost(cidr: string): boolean {
  return cidr.endsWith(cidr.includes(":") ? "/128" : "/32");
}

function local(database: string, user: string, method: string): Rule {
  return { type: "local", database, user, address: "", method };
}

function line({ type, database, user, address, method }: Rule): string {
  return [type.padEnd(8), database.padEnd(14), user.padEnd(18), address.padEnd(20), method].join(" ").trimEnd();
}
