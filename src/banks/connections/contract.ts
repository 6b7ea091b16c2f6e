import { type Static, Type } from "typebox";
import { DayText, Id, Moment, nullable, pageQuery, record, words } from "../../http/contract.ts";
import { BankRef } from "../contract.ts";

/** Kinds that this program speaks; the database knows more, for what is to come. */
export const connectionKinds = ["folder", "sftp", "mail", "upload"] as const;
export type ConnectionKind = (typeof connectionKinds)[number];
export const connectionStatuses = ["untested", "connected", "degraded", "failed", "expired"] as const;
export const fileStatuses = ["settling", "pending", "stored", "imported", "failed", "error", "dismissed", "replaced"] as const;
export type FileStatus = (typeof fileStatuses)[number];

const ConnectionKindWord = words(connectionKinds, { title: "BankConnectionKind" });
const Clock = Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$", examples: ["07:30"] });
const HostKey = Type.String({ pattern: "^SHA256:[A-Za-z0-9+/]{43}$", description: "Fingerprint of the server's key" });
const short = (description: string, maxLength = 500) => Type.String({ minLength: 1, maxLength, pattern: "^[^\\x00-\\x1f]*$", description });

export const ConnectionSettings = record(
  "BankConnectionSettings",
  {
    path: Type.Optional(short("Folder; for folder and mail below the tenant's own, on the machine of the program", 1000)),
    host: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9._:-]{1,253}$" })),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: "22 unless given" })),
    username: Type.Optional(short("At the bank", 200)),
    patterns: Type.Optional(Type.Array(short("Such as *.xml; any when none is given", 200), { maxItems: 50 })),
    senders: Type.Optional(Type.Array(short("Address, or @domain; only their messages are read", 254), { maxItems: 50 })),
    after: Type.Optional(words(["leave", "move", "delete"], { description: "What becomes of a file at the bank once it is imported" })),
    moveTo: Type.Optional(short("Folder for imported files, below path unless it begins with /", 1000)),
    settleSeconds: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 3600, description: "How long a file must stand unchanged before it is taken; 5 unless given" }),
    ),
  },
  "Where the files are and what becomes of them; never a secret",
);
export type ConnectionSettings = Static<typeof ConnectionSettings>;

/** Only ever sent, never shown. */
export const ConnectionCredentials = record("BankConnectionCredentials", {
  password: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
  privateKey: Type.Optional(Type.String({ minLength: 1, maxLength: 20_000, description: "OpenSSH or PEM" })),
  passphrase: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
});
export type ConnectionCredentials = Static<typeof ConnectionCredentials>;

const configuration = {
  name: short("Of the connection, once per bank", 200),
  settings: ConnectionSettings,
  schedule: nullable(
    Type.String({ maxLength: 100, description: 'Such as "every 15m", or five cron fields in timeZone; null: only by hand' }),
  ),
  expectedBy: nullable(Clock),
  timeZone: nullable(Type.String({ maxLength: 100, description: "IANA zone of expectedBy and schedule; the bank's unless given" })),
  slaMinutes: Type.Integer({ minimum: 0, maximum: 10_080, description: "How long after expectedBy a delivery counts as late" }),
  profileId: nullable(Type.String({ format: "uuid", description: "Profile with which its tables (CSV, XLSX) are read" })),
  apiKeyId: nullable(Type.String({ format: "uuid", description: "For kind upload: the one API key that may deliver" })),
};

export const FileProblem = record("BankFileProblem", {
  code: Type.String(),
  message: Type.String(),
  hint: nullable(Type.String()),
});
export type FileProblem = Static<typeof FileProblem>;

export const BankConnection = record("BankConnection", {
  id: Id,
  bank: BankRef,
  kind: ConnectionKindWord,
  ...configuration,
  status: words(connectionStatuses, { title: "BankConnectionStatus" }),
  hostKey: nullable(HostKey),
  hasCredentials: Type.Boolean(),
  lastTestAt: nullable(Moment),
  lastSuccessAt: nullable(Moment),
  lastError: nullable(Type.String()),
  failures: Type.Integer({ description: "Syncs that failed in a row" }),
  coveredThrough: nullable(DayText),
  missingSince: nullable(DayText),
  nextSyncAt: nullable(Moment),
  nextAttempt: nullable(Type.Integer({ description: "1: as scheduled; more: a retry after that many failures less one" })),
  isSyncing: Type.Boolean(),
  files: record("BankFileCounts", {
    imported: Type.Integer(),
    waiting: Type.Integer({ description: "settling, pending, stored or to be tried again" }),
    error: Type.Integer({ description: "wait for a person" }),
  }),
});
export type BankConnection = Static<typeof BankConnection>;
export const BankConnectionList = record("BankConnectionList", { items: Type.Array(BankConnection) });

export const NewBankConnection = record("NewBankConnection", {
  kind: ConnectionKindWord,
  bankId: Type.Optional(Id),
  bank: Type.Optional(
    record(
      "NewBankOfConnection",
      {
        name: short("Of the bank", 200),
        bic: Type.Optional(Type.String({ pattern: "^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$" })),
        country: Type.Optional(Type.String({ pattern: "^[A-Z]{2}$" })),
        timeZone: Type.Optional(Type.String({ maxLength: 100 })),
      },
      "A bank that is not there yet; one that has this BIC or name is taken",
    ),
  ),
  ...Type.Partial(Type.Object(configuration)).properties,
  name: configuration.name,
  credentials: Type.Optional(ConnectionCredentials),
});
export type NewBankConnection = Static<typeof NewBankConnection>;

export const BankConnectionChange = record("BankConnectionChange", {
  ...Type.Partial(Type.Object(configuration)).properties,
  credentials: Type.Optional(nullable(ConnectionCredentials)),
  hostKey: Type.Optional(Type.Null({ description: "Forgets the pinned key: the next test shows the server's and asks again" })),
});
export type BankConnectionChange = Static<typeof BankConnectionChange>;

export const ConnectionTest = record("BankConnectionTest", {
  confirmHostKey: Type.Optional(HostKey),
});
export const ConnectionTestAnswer = record("BankConnectionTestAnswer", {
  outcome: words(["connected", "confirm_host_key", "failed"]),
  hostKey: nullable(HostKey),
  files: nullable(Type.Integer({ description: "Files there that would be looked at" })),
  problem: nullable(FileProblem),
});
export type ConnectionTestAnswer = Static<typeof ConnectionTestAnswer>;

export const BankFile = record("BankFile", {
  id: Id,
  connectionId: Id,
  name: Type.String(),
  bytes: Type.Integer(),
  modifiedAt: nullable(Moment),
  syncStatus: words(fileStatuses, { title: "BankFileStatus" }),
  lastSyncAttempt: nullable(Moment),
  attempts: Type.Integer(),
  nextAttemptAt: nullable(Moment),
  storedBytes: Type.Integer(),
  outcome: nullable(words(["imported", "duplicate", "refused"])),
  problem: nullable(FileProblem),
  atBank: words(["there", "left", "moved", "deleted", "gone"], { description: "What became of the file at the bank" }),
  movedTo: nullable(Type.String()),
  sha256: nullable(Type.String()),
  firstSeenAt: Moment,
  endedAt: nullable(Moment),
  endedBy: nullable(Type.String()),
  deliveries: Type.Array(Id),
});
export type BankFile = Static<typeof BankFile>;
export const BankFileList = record("BankFilePage", { items: Type.Array(BankFile), next: nullable(Type.String()) });
export const BankFilesQuery = Type.Object(
  { ...pageQuery, status: Type.Optional(words(["open", "error"], { description: "open: not ended; error: waits for a person" })) },
  { additionalProperties: false },
);

export const BankJob = record("BankJob", {
  id: Id,
  connectionId: Id,
  state: words(["waiting", "running", "done", "failed"]),
  attempt: Type.Integer(),
  runAt: Moment,
  startedAt: nullable(Moment),
  endedAt: nullable(Moment),
  requestedBy: Type.String(),
  result: Type.Record(Type.String(), Type.Unknown()),
  problem: nullable(FileProblem),
});
export type BankJob = Static<typeof BankJob>;
export const BankJobList = record("BankJobList", { items: Type.Array(BankJob) });

export const Alert = record("Alert", {
  id: Id,
  kind: Type.String(),
  rule: Type.String(),
  subject: Type.String(),
  severity: words(["info", "warning", "critical"]),
  message: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
  raisedAt: Moment,
  acknowledgedAt: nullable(Moment),
  acknowledgedBy: nullable(Type.String()),
  resolvedAt: nullable(Moment),
});
export type Alert = Static<typeof Alert>;
export const AlertList = record("AlertList", { items: Type.Array(Alert) });
export const AlertsQuery = Type.Object(
  { state: Type.Optional(words(["open", "resolved"])), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })) },
  { additionalProperties: false },
);
