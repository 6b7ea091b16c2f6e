import type { Check, Level } from "../check.ts";
import { programCheck } from "../program.ts";

/** The questions to pg_hba.conf. No SQL can ask them: only a program knows which rule comes first and contains another. */
export const hbaChecks = {
  error: check("0080", "hba_line_refused", "error", "Line of pg_hba.conf that the server refuses", {
    why: "With one such line the server refuses the whole file at the next reload and goes on with the old one, and does not start again.",
    proves: "invariant 19, guide H13",
  }),
  shadowed: check("0081", "hba_rule_shadowed", "warn", "Rule that is never reached", {
    why: "The server takes the first rule that fits. Who reads the file sees a permission or a refusal that does not exist.",
    proves: "invariant 19, guide H9, guide H13",
  }),
  tooWide: check("0082", "hba_rule_too_wide", "error", "Rule that lets in more than anybody needs", {
    why: "What stands between the whole network and a role is then its password alone; a superuser's or everybody's most of all.",
    proves: "invariant 19, guide H7, guide H9, guide H10",
  }),
  withoutTls: check("0083", "hba_rule_without_tls", "error", "Network rule that does not ask for TLS", {
    why: "host accepts plain connections too: statements, rows and tokens can be read and changed on the way, whatever the client prefers.",
    proves: "invariant 19, guide H3, guide H5, guide H7, guide H8, guide H10",
  }),
  weakMethod: check("0084", "hba_weak_method", "error", "Method that proves too little", {
    why: "trust asks for nothing, password sends it in clear, ident believes the client's machine, md5 can be replayed from a stolen hash.",
    proves: "invariant 19, guide H13",
  }),
  unknownRole: check("0085", "hba_role_that_cannot_sign_in", "warn", "Rule for a role that does not exist or cannot sign in", {
    why: "The rule admits nobody today, and whoever is given that name tomorrow; the role that was meant is refused.",
    proves: "invariant 19, guide H4",
  }),
  noWayIn: check("0086", "hba_login_without_a_way_in", "warn", "Login of ours that no rule lets in", {
    why: "Peer admits only an operating-system user of the same name, and whatever no rule names is refused: the job fails when it is needed.",
    proves: "invariant 19, guide H1, guide H4, guide H10",
  }),
  notMirrored: check("0087", "hba_families_disagree", "warn", "IPv4 and IPv6 are not treated alike", {
    why: "localhost and every name resolve to either: who gets in then depends on the resolver's order, and a client does not try the other.",
    proves: "invariant 19, guide H6, guide H9, guide H12",
  }),
  noFinalRefusal: check("0088", "hba_without_final_refusal", "warn", "File that does not end by refusing the rest", {
    why: "The next line somebody adds at the end is live at once. all does not take replication in, so each needs its own refusal.",
    proves: "invariant 19, guide H11",
  }),
  noCertificate: check(
    "0089",
    "hba_power_without_client_certificate",
    "error",
    "Superuser or replication over the network by password alone",
    {
      why: "A leaked password then is the whole cluster, every tenant of it; a certificate cannot be guessed, logged or typed into a chat.",
      proves: "invariant 19, guide H5, guide H8, guide H9",
    },
  ),
} as const;

function check(id: string, name: string, level: Level, title: string, reason: { why: string; proves: string }): Check {
  return programCheck("src/operations/lint/hba/checks.ts", "connections", { id, name, level, title, ...reason });
}
