/** Who asks: one actor in one tenant, or a platform key, which is of no tenant and reaches no data. Made once per request by the authentication that server.ts hands to the frame. */
export interface Caller {
  readonly kind: "person" | "key" | "platform";
  readonly id: string;
  /** As the audit trail names them: "person:<uuid>", "key:<uuid>" or "platform:<name>". */
  readonly actor: string;
  /** Empty for a platform key. */
  readonly tenant: string;
  readonly permissions: ReadonlySet<string>;
  /** Whether a cookie proved it: then a page of another site could have sent the request (see guard.ts). */
  readonly byCookie: boolean;
}

interface Credentials {
  readonly bearer: string | null;
  readonly session: string | null;
}

/** Answers null for credentials that prove nothing; never says why. */
export type Authenticate = (credentials: Credentials) => Promise<Caller | null>;

export const sessionCookie = "apg_session";

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** Who may call: a permission such as "statements:read", "signed-in" for any caller, "public" for anybody. Each route says one. */
    access?: string;
  }
}
