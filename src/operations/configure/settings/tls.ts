import { guided, type SettingGroup } from "../setting.ts";

export const tls: SettingGroup = {
  title: "Authentication and TLS",
  settings: [
    {
      name: "password_encryption",
      guide: guided("S5", "scram-sha-256"),
      value: () => "scram-sha-256",
      why: "the default, written: md5 here would make every new password replayable",
    },
    {
      name: "scram_iterations",
      value: () => "10000",
      from: 16,
      why: "dearer to guess from a stolen verifier; a sign-in of the pool pays it once. Above that, sign-ins cost more than they protect",
    },
    {
      name: "ssl",
      guide: guided("S6", "on"),
      value: ({ network }) => (network.tls === null ? "off" : "on"),
      needs: ({ openssl }) => openssl,
      why: "pg_hba.conf admits the network by hostssl only; on without its files the server does not start, so it is on when they are given",
    },
    {
      name: "ssl_cert_file",
      guide: guided("S7", "/etc/ssl/certs/server.crt"),
      value: ({ network }) => network.tls?.certificate ?? null,
      why: "--tls-cert",
    },
    {
      name: "ssl_key_file",
      guide: guided("S8", "/etc/ssl/private/server.key"),
      value: ({ network }) => network.tls?.key ?? null,
      why: "--tls-key; readable by the server alone (0600)",
    },
    {
      name: "ssl_ca_file",
      guide: guided("S9", "/etc/ssl/certs/ca.crt"),
      value: ({ network }) => network.tls?.authority ?? null,
      why: "--tls-ca; signs the certificates that pg_hba.conf asks of administrators and standbys",
    },
    {
      name: "ssl_min_protocol_version",
      value: ({ network }) => (network.tls === null ? null : "TLSv1.3"),
      why: "every driver of today speaks it; nothing older is negotiated, so no list of ciphers is to be kept",
    },
  ],
};
