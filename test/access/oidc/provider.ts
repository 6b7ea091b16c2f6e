import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import Provider from "oidc-provider";

export const clientSecret = "a secret between the two of them";
export const redirectUri = "http://localhost:4400/sign-in/oidc/callback";

export interface Account {
  readonly email: string;
  readonly verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
  readonly sub?: string;
}

/** What stands between the provider and us, and lies: the claims of the ID token, its signature, or the provider's own documents. */
export interface Lie {
  claims?(claims: Record<string, unknown>): Record<string, unknown>;
  token?(honest: string): Promise<string> | string;
  document?(path: string, body: Record<string, unknown>): Record<string, unknown>;
}

/** oidc-provider, listening on this machine, with people who sign in by name, and a way to make its answers lie. */
export interface TestProvider {
  readonly issuer: string;
  readonly accounts: Map<string, Account>;
  lie: Lie;
  readonly publicKey: JWK;
  /** Signs as the provider does. */
  sign(claims: Record<string, unknown>): Promise<string>;
  /** Walks a browser through its pages: signs in, consents, and answers where it is sent back to. */
  walk(url: string, login: string): Promise<string>;
  close(): Promise<void>;
}

export async function startProvider(): Promise<TestProvider> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const key: JWK = { ...(await exportJWK(privateKey)), kid: "first", alg: "RS256", use: "sig" };
  const accounts = new Map<string, Account>();
  let handle: ReturnType<Provider["callback"]> | undefined;
  const server: Server = createServer((request, response) => handle?.(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "apg",
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: ["http://localhost:4400/sign-in"],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    jwks: { keys: [key] } as never,
    cookies: { keys: ["for a test"] },
    claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    pkce: { methods: ["S256"], required: () => true },
    findAccount: (_context, id) => {
      const account = accounts.get(id);
      if (account === undefined) return undefined;
      const { email, verified = true, name = id, groups = [], sub = id } = account;
      return { accountId: id, claims: () => ({ sub, email, email_verified: verified, name, groups: [...groups] }) };
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
  });
  const sign = (claims: Record<string, unknown>) =>
    new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "first", typ: "JWT" }).sign(privateKey);
  const state: TestProvider = {
    issuer,
    accounts,
    lie: {},
    publicKey: { ...(await exportJWK(publicKey)), kid: "first", alg: "RS256", use: "sig" },
    sign,
    walk: (url, login) => walk(url, login),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  provider.use(async (context, next) => {
    await next();
    const body = context.body as Record<string, unknown> | undefined;
    if (context.path === "/token" && typeof body?.["id_token"] === "string") {
      let token = body["id_token"];
      if (state.lie.claims !== undefined) token = await sign(state.lie.claims(claimsOf(token)));
      if (state.lie.token !== undefined) token = await state.lie.token(token);
      context.body = { ...body, id_token: token };
    } else if (state.lie.document !== undefined && /^\/(jwks|\.well-known)/.test(context.path)) {
      context.body = state.lie.document(context.path, body ?? {});
    }
  });
  handle = provider.callback();
  return state;
}

export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as Record<string, unknown>;
}

async function walk(start: string, login: string): Promise<string> {
  const jar = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 20; step += 1) {
    const answer: Response = await fetch(url, {
      method: form === undefined ? "GET" : "POST",
      redirect: "manual",
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form === undefined ? {} : { body: form }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (name !== undefined) jar.set(name, value ?? "");
    }
    form = undefined;
    const location = answer.headers.get("location");
    if (location !== null) {
      const next = new URL(location, url);
      if (next.host === "localhost:4400") return next.href;
      url = next.href;
      continue;
    }
    const page = await answer.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    if (prompt === undefined) throw new Error(`the provider answers ${answer.status}: ${page.slice(0, 300)}`);
    form = new URLSearchParams(prompt === "login" ? { prompt, login, password: "any" } : { prompt });
  }
  throw new Error("the provider never sends the browser back");
}
