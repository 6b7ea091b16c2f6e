import { type Static, Type } from "typebox";
import { Amount, CurrencyCode, Id, Moment, nullable, record, words } from "../../http/contract.ts";

/** Deeds that can need another person; the database has the same list in cm_approval_kinds. */
export const approvalKinds = [
  "person_role",
  "person_recovery",
  "api_key",
  "approval_policy",
  "sign_in",
  "account_master",
  "bank_connection",
  "rate_set",
  "cash_flow",
  "tenant_erasure",
  "transfer",
  "payment",
] as const;
export type ApprovalKind = (typeof approvalKinds)[number];

/** A rule is made for any of them but the last: ending a rule always needs what the rule itself asks for. */
export const ruledKinds = approvalKinds.filter((kind) => kind !== "approval_policy");
/** Kinds whose rules may state an amount up to which nobody is asked. */
export const kindsWithAmount: readonly ApprovalKind[] = ["cash_flow", "transfer", "payment"];
export const approverRoles = ["approver", "treasurer", "administrator"] as const;
export const approvalStates = ["waiting", "approved", "refused", "withdrawn", "expired", "executed"] as const;

const Kind = words(approvalKinds, { title: "ApprovalKind" });
const ApproverRole = words(approverRoles, { title: "ApproverRole" });

const Decision = record("ApprovalDecision", {
  by: Type.String({ description: "As the audit trail names them", examples: ["person:4f0c…"] }),
  name: nullable(Type.String()),
  decision: words(["approved", "rejected"]),
  reason: nullable(Type.String()),
  at: Moment,
});

const requestFields = {
  id: Id,
  kind: Kind,
  subject: Type.String({ description: "Whom or what it is about" }),
  amount: nullable(Amount),
  currency: nullable(CurrencyCode),
  payload: Type.Record(Type.String(), Type.Unknown(), { description: "Exactly what would be done" }),
  payloadHash: Type.String({ description: "sha256 over kind, subject, amount, currency and payload" }),
  reason: nullable(Type.String()),
  requestedBy: Type.String(),
  requestedByName: nullable(Type.String()),
  requestedAt: Moment,
  expiresAt: Moment,
  approvalsNeeded: Type.Integer(),
  approverRole: ApproverRole,
  state: words(approvalStates, { title: "ApprovalState" }),
  decisions: Type.Array(Decision),
  executedAt: nullable(Moment),
  mine: Type.Boolean({ description: "Whether you, or a key of yours, asked" }),
  mayDecide: Type.Boolean({ description: "Whether it waits for you" }),
};
export const ApprovalRequest = record(
  "ApprovalRequest",
  requestFields,
  "A deed that waits for other people; once approved, the same request sent again does it, once",
);
export type ApprovalRequest = Static<typeof ApprovalRequest>;

export const LinkCode = record("LinkCode", {
  code: Type.String({ description: "Shown this once, to who approved: to be told to the person, who needs it beside the link" }),
});
export const DecidedApproval = record("DecidedApproval", { ...requestFields, code: nullable(LinkCode.properties.code) });
export type DecidedApproval = Static<typeof DecidedApproval>;

export const ApprovalList = record("ApprovalList", { items: Type.Array(ApprovalRequest) });

export const ApprovalQuery = Type.Object(
  {
    state: Type.Optional(words(["open", "closed"], { description: "Open ones wait for a decision or for being done" })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  { additionalProperties: false },
);

export const NewDecision = record("NewApprovalDecision", {
  decision: words(["approved", "rejected"]),
  reason: Type.Optional(Type.String({ maxLength: 1000, description: "A rejection gives one" })),
});

export const ApprovalPolicy = record("ApprovalPolicy", {
  id: Id,
  kind: Kind,
  above: nullable(Amount),
  currency: nullable(CurrencyCode),
  approvalsNeeded: Type.Integer(),
  approverRole: ApproverRole,
  expiresAfterHours: Type.Integer(),
  createdBy: Type.String(),
  createdAt: Moment,
  endedAt: nullable(Moment),
});
export type ApprovalPolicy = Static<typeof ApprovalPolicy>;
export const ApprovalPolicyList = record("ApprovalPolicyList", { items: Type.Array(ApprovalPolicy) });

export const NewApprovalPolicy = record("NewApprovalPolicy", {
  kind: words(ruledKinds),
  above: Type.Optional(Amount),
  currency: Type.Optional(CurrencyCode),
  approvalsNeeded: Type.Optional(Type.Integer({ minimum: 1, maximum: 3, default: 1 })),
  approverRole: Type.Optional(words(approverRoles)),
  expiresAfterHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 744 })),
});
export type NewApprovalPolicy = Static<typeof NewApprovalPolicy>;
