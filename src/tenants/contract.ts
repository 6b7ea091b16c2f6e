import { type Static, Type } from "typebox";
import { CurrencyCode, Id, Moment, nullable, pageOf, record, Sha256, words } from "../http/contract.ts";

const TenantId = Type.String({ pattern: "^[a-z0-9][a-z0-9_-]{0,49}$", examples: ["aurora"], description: "Never changes" });
export const tenantParams = Type.Object({ tenant: TenantId });

const Count = Type.Integer({ minimum: 0 });
const Reason = Type.String({ minLength: 1, maxLength: 500, description: "Kept in the audit trail" });
const confirm = Type.String({ minLength: 1, maxLength: 200, description: "The tenant's name, as confirmation" });

export const tenantStatuses = ["active", "suspended", "erasing"] as const;

export const TenantState = record("TenantState", {
  id: TenantId,
  name: Type.String(),
  status: words(tenantStatuses, { title: "TenantStatus" }),
  statusReason: nullable(Type.String()),
  statusSince: Moment,
  legalHold: Type.Boolean({ description: "While true nothing of this tenant is retired or erased" }),
  legalHoldReason: nullable(Type.String()),
  reportingCurrency: CurrencyCode,
  timeZone: Type.String({ examples: ["Europe/Berlin"] }),
  createdAt: Moment,
});
export type TenantState = Static<typeof TenantState>;

export const TenantOverview = record(
  "TenantOverview",
  {
    tenant: TenantState,
    people: Count,
    accounts: Count,
    deliveries: Count,
    entries: Count,
    receivedBytes: Type.Integer({ minimum: 0, description: "Of the files received, before compression" }),
    lastImportAt: nullable(Moment),
    erasure: nullable(
      record(
        "ErasureProgress",
        {
          state: words(["requested", "running", "done"], { title: "ErasureState" }),
          attempts: Count,
          atWork: Type.Boolean(),
          interruptedAt: nullable(Moment),
          interruption: nullable(Type.String()),
        },
        "How far its erasure is; null when nobody asked for one",
      ),
    ),
  },
  "A tenant as who runs the installation sees it: how much there is, nothing of what it says",
);
export type TenantOverview = Static<typeof TenantOverview>;
export const TenantPage = pageOf("TenantPage", TenantOverview);

export const NewTenant = record("NewTenant", {
  id: TenantId,
  name: Type.String({ minLength: 1, maxLength: 200 }),
  reportingCurrency: Type.Optional(CurrencyCode),
  timeZone: Type.Optional(Type.String({ maxLength: 100, description: "IANA name; Europe/Berlin when not given" })),
  country: Type.Optional(Type.String({ pattern: "^[A-Z]{2}$", description: "ISO 3166; its weekend makes the first calendar" })),
  administrator: Type.Optional(
    record("FirstAdministrator", {
      email: Type.String({ minLength: 3, maxLength: 320 }),
      name: Type.String({ minLength: 1, maxLength: 200 }),
    }),
  ),
});
export type NewTenant = Static<typeof NewTenant>;

export const OpenedTenant = record("OpenedTenant", {
  tenant: TenantState,
  administrator: nullable(
    record("AdministratorLink", {
      id: Id,
      email: Type.String(),
      token: Type.String({ description: "Signs the administrator in once, as /sign-in?token=…; shown this once" }),
      expiresAt: Moment,
    }),
  ),
});
export type OpenedTenant = Static<typeof OpenedTenant>;

export const Suspension = record("Suspension", { confirm, reason: Reason });
export const Hold = record("Hold", { reason: Reason });

export const SuspendedTenant = record("SuspendedTenant", {
  tenant: TenantState,
  sessionsEnded: Count,
  settled: Type.Boolean({ description: "Whether every write that had begun before has ended" }),
});
export type SuspendedTenant = Static<typeof SuspendedTenant>;

export const Erasure = record("Erasure", {
  id: Id,
  tenantId: TenantId,
  tenantName: Type.String(),
  reason: Type.String(),
  state: words(["requested", "running", "done"], { title: "ErasureState" }),
  requestedBy: Type.String(),
  requestedAt: Moment,
  begunBy: nullable(Type.String()),
  begunAt: nullable(Moment),
  rowsBefore: nullable(Type.Record(Type.String(), Count, { description: "Rows by table when it began" })),
  attempts: Count,
  atWork: Type.Boolean({ description: "Whether a process is carrying it out at this moment" }),
  interruptedAt: nullable(Moment),
  interruption: nullable(Type.String({ description: "Why the last attempt stopped; ask for it again and it goes on" })),
  finishedAt: nullable(Moment),
  certificate: nullable(Type.String({ description: "What was erased, the proof that nothing is left, and what remains; JSON" })),
  certificateSha256: nullable(Sha256),
});
export type Erasure = Static<typeof Erasure>;

export const ErasureConfirmation = record("ErasureConfirmation", { confirm });
export const ErasureRequest = record("ErasureRequest", { confirm, reason: Reason });
export const ErasureWaiting = record("ErasureWaiting", {
  approval: Id,
  message: Type.String({ description: "People of the tenant decide; ask again when they have approved" }),
});
