import { type Static, Type } from "typebox";
import { Id, Moment, nullable, pageOf, record, words } from "../http/contract.ts";

export const roles = ["treasurer", "analyst", "approver", "auditor", "administrator"] as const;
export type Role = (typeof roles)[number];

/** What can be allowed: a resource and what may be done with it (src/access/permissions.ts says to whom). */
const resources = ["accounts", "statements", "positions", "cash-flows", "approvals", "audit", "access", "tenant"] as const;
type Resource = (typeof resources)[number];
export type Permission = `${Resource}:${"read" | "write"}`;
export const permissions = resources.flatMap((resource): Permission[] => [`${resource}:read`, `${resource}:write`]);

/** What a platform key may do: of tenants as a whole, never of what is in one. */
export const platformScopes = ["tenants:read", "tenants:manage", "tenants:erase"] as const;
export type PlatformScope = (typeof platformScopes)[number];

export const TenantRef = record("TenantRef", { id: Type.String({ examples: ["aurora"] }), name: Type.String() });
export type TenantRef = Static<typeof TenantRef>;

const Actor = record("Actor", {
  kind: words(["person", "key"]),
  id: Id,
  name: Type.String(),
  email: nullable(Type.String()),
});

export const Session = record(
  "Session",
  {
    actor: Actor,
    tenant: TenantRef,
    role: nullable(words(roles, { title: "Role" })),
    permissions: Type.Array(words(permissions, { title: "Permission" })),
    tenants: Type.Array(TenantRef, { description: "Tenants this person may switch to, this one among them" }),
    expiresAt: nullable(Moment),
  },
  "Who asks, and as which tenant",
);
export type Session = Static<typeof Session>;

export const SignIn = record("SignIn", {
  email: Type.String({ minLength: 3, maxLength: 320 }),
  password: Type.String({ minLength: 1, maxLength: 1024 }),
  tenant: Type.Optional(Type.String({ maxLength: 63, description: "Which tenant, when the person belongs to several" })),
});
export type SignIn = Static<typeof SignIn>;

export const SignInAnswer = record("SignInAnswer", {
  session: nullable(Session),
  tenants: Type.Array(TenantRef, { description: "With `session` null: choose one of these and sign in again with `tenant`" }),
});
export type SignInAnswer = Static<typeof SignInAnswer>;

export const SignInByLink = record("SignInByLink", {
  token: Type.String({ minLength: 20, maxLength: 200 }),
  code: Type.Optional(Type.String({ maxLength: 40, description: "Where one goes with the link: from who approved" })),
});
export type SignInByLink = Static<typeof SignInByLink>;

export const SwitchTenant = record("SwitchTenant", { tenant: Type.String({ minLength: 1, maxLength: 63 }) });
export type SwitchTenant = Static<typeof SwitchTenant>;

/** What a key may be given: two wide ones, and groups as narrow as one job (src/access/permissions.ts says what each allows). */
export const scopes = [
  "read",
  "write",
  "accounts:read",
  "accounts:write",
  "statements:read",
  "statements:import",
  "positions:read",
  "cash-flows:read",
  "cash-flows:write",
  "audit:read",
] as const;
export type Scope = (typeof scopes)[number];
export const ApiKey = record("ApiKey", {
  id: Id,
  name: Type.String(),
  prefix: Type.String({ description: "How the key begins, to recognise it by" }),
  scopes: Type.Array(words(scopes)),
  createdAt: Moment,
  expiresAt: nullable(Moment),
  revokedAt: nullable(Moment),
  lastUsedAt: nullable(Moment),
});
export type ApiKey = Static<typeof ApiKey>;
export const ApiKeyPage = pageOf("ApiKeyPage", ApiKey);

export const NewApiKey = record("NewApiKey", {
  name: Type.String({ minLength: 1, maxLength: 100 }),
  scopes: Type.Array(words(scopes), { minItems: 1, uniqueItems: true }),
  expiresAt: Type.Optional(Moment),
});
export type NewApiKey = Static<typeof NewApiKey>;

export const CreatedApiKey = record("CreatedApiKey", {
  key: Type.String({ description: "The secret, shown this once: Authorization: Bearer apg_…" }),
  apiKey: ApiKey,
});
export type CreatedApiKey = Static<typeof CreatedApiKey>;

export const PersonRecord = record(
  "Person",
  {
    id: Id,
    email: Type.String(),
    name: Type.String(),
    role: words(roles, { title: "Role" }),
    hasPassword: Type.Boolean({ description: "Without one they come in by a link or the identity provider" }),
    sessions: Type.Integer({ description: "Browsers signed in now" }),
    createdAt: Moment,
    lastSignedInAt: nullable(Moment),
    disabledAt: nullable(Moment),
  },
  "Who may sign in to the tenant",
);
export type Person = Static<typeof PersonRecord>;
export const PersonList = record("PersonList", { items: Type.Array(PersonRecord) });

export const NewPerson = record("NewPerson", {
  email: Type.String({ minLength: 3, maxLength: 320 }),
  name: Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" }),
  role: words(roles, { title: "Role" }),
});
export type NewPerson = Static<typeof NewPerson>;

export const PersonChange = record("PersonChange", {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" })),
  role: Type.Optional(words(roles, { title: "Role" })),
  disabled: Type.Optional(Type.Boolean()),
});
export type PersonChange = Static<typeof PersonChange>;

export const SignInLink = record("SignInLink", {
  token: Type.String({ description: "Shown this once; the link is /sign-in?token=… on this server" }),
  expiresAt: Moment,
  codeNeeded: Type.Boolean({ description: "A code of who approved has to come with it: neither part opens anything alone" }),
});
export type SignInLink = Static<typeof SignInLink>;
export const InvitedPerson = record("InvitedPerson", { person: PersonRecord, link: SignInLink });
export type InvitedPerson = Static<typeof InvitedPerson>;
export const EndedSessions = record("EndedSessions", { ended: Type.Integer() });

export const NewPassword = record("NewPassword", {
  present: Type.Optional(Type.String({ maxLength: 1024, description: "Not needed by who has none yet" })),
  next: Type.String({ minLength: 1, maxLength: 1024 }),
});

export type NewPassword = Static<typeof NewPassword>;

export const AccessRules = record(
  "AccessRules",
  {
    sessionHours: Type.Integer({ minimum: 1, maximum: 168, description: "After that a person signs in again" }),
    sessionIdleMinutes: Type.Integer({ minimum: 5, maximum: 1440, description: "The same, when nobody was there for so long" }),
    keyDefaultDays: Type.Integer({ minimum: 1, maximum: 730, description: "Life of an API key that was given no end" }),
    keyMaxDays: Type.Integer({ minimum: 1, maximum: 730 }),
    passwordSignIn: Type.Boolean({ description: "False: only the identity provider and links" }),
  },
  "How long sessions and keys of the tenant live",
);
export type AccessRules = Static<typeof AccessRules>;
export const AccessRulesChange = Type.Partial(AccessRules, { title: "AccessRulesChange", additionalProperties: false, minProperties: 1 });

const providerFields = {
  name: Type.String({ minLength: 1, maxLength: 60, pattern: "\\S", description: "On the button", examples: ["Acme Login"] }),
  issuer: Type.String({ maxLength: 500, examples: ["https://login.example.com/realms/acme"] }),
  clientId: Type.String({ minLength: 1, maxLength: 300 }),
  allowedDomains: Type.Array(Type.String({ maxLength: 253, pattern: "^@?[A-Za-z0-9.-]+$" }), {
    minItems: 1,
    maxItems: 50,
    description: "Of e-mail addresses that are let in",
  }),
};

export const IdentityProvider = record(
  "IdentityProvider",
  {
    ...providerFields,
    hasSecret: Type.Boolean(),
    roleClaim: nullable(Type.String()),
    roleMap: Type.Record(Type.String(), Type.String(), { description: "Value of the claim → role" }),
    createPeople: Type.Boolean({ description: "Whether who signs in for the first time is let in" }),
    newPersonRole: nullable(words(roles)),
    isListed: Type.Boolean({ description: "Whether its button is shown to everybody" }),
    clockToleranceSeconds: Type.Integer(),
  },
  "The OpenID Connect provider that people of the tenant sign in with",
);
export type IdentityProvider = Static<typeof IdentityProvider>;

export const IdentityProviderChange = record("IdentityProviderChange", {
  ...providerFields,
  clientSecret: Type.Optional(
    nullable(Type.String({ minLength: 1, maxLength: 1000, description: "Kept encrypted, never shown; null: none" })),
  ),
  roleClaim: Type.Optional(nullable(Type.String({ maxLength: 100 }))),
  roleMap: Type.Optional(Type.Record(Type.String({ maxLength: 200 }), Type.String({ maxLength: 20 }), { maxProperties: 100 })),
  createPeople: Type.Optional(Type.Boolean()),
  newPersonRole: Type.Optional(nullable(words(roles))),
  isListed: Type.Optional(Type.Boolean()),
  clockToleranceSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 300 })),
});
export type IdentityProviderChange = Static<typeof IdentityProviderChange>;

export const ProviderTest = record("ProviderTest", {
  issuer: Type.String(),
  authorizationEndpoint: Type.String(),
  endSession: Type.Boolean(),
  signatures: Type.Array(Type.String()),
});

export type ProviderTest = Static<typeof ProviderTest>;

export const OfferedProviders = record("OfferedProviders", {
  items: Type.Array(record("OfferedProvider", { tenant: TenantRef, name: Type.String() })),
});

export const SignedOut = record("SignedOut", {
  location: nullable(Type.String({ description: "Where to end the session at the provider too" })),
});

export const OwnSession = record("OwnSession", {
  id: Id,
  startedAt: Moment,
  lastSeenAt: nullable(Moment),
  expiresAt: Moment,
  browser: nullable(Type.String()),
  method: words(["password", "link", "oidc"]),
  current: Type.Boolean(),
});
export type OwnSession = Static<typeof OwnSession>;
export const OwnSessionList = record("OwnSessionList", { items: Type.Array(OwnSession) });

export const EditedProvider = record("CurrentIdentityProvider", { provider: nullable(IdentityProvider) });

const Allowed = record("Allowed", { name: Type.String(), permissions: Type.Array(words(permissions, { title: "Permission" })) });
export const AccessMatrix = record("AccessMatrix", { roles: Type.Array(Allowed), scopes: Type.Array(Allowed) });
export type AccessMatrix = Static<typeof AccessMatrix>;
export type OfferedProviders = Static<typeof OfferedProviders>;
