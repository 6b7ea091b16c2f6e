import * as oidc from "openid-client";
import { Problem } from "../../errors/problem.ts";
import type { ProviderInUse } from "./provider.ts";

/** Who the provider says came in. Everything here is signed by it and was checked. */
export interface ProvenIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string;
  readonly name: string | null;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface Journey {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface RelyingPartyOptions {
  /** Providers over http or on this machine: for tests and for trying it out. */
  readonly allowInsecure: boolean;
}

/** Signatures of these are checked with a public key. Never "none", never HS256, for which a public key could pose as the secret. */
const signatures = ["RS256", "PS256", "ES256", "ES384", "RS384", "RS512", "PS384", "PS512", "EdDSA", "Ed25519"];
const timeoutSeconds = 10;

/**
 * What the provider says of itself, read anew for each journey: a key that was rotated in, or withdrawn, counts from the next
 * sign-in on, and sign-ins are rare enough for two requests more.
 * @throws Problem `provider_unusable`
 */
export async function discover(provider: ProviderInUse, options: RelyingPartyOptions): Promise<oidc.Configuration> {
  requireReachable(provider.issuer, options);
  try {
    const config = await oidc.discovery(
      new URL(provider.issuer),
      provider.clientId,
      { [oidc.clockTolerance]: provider.clockToleranceSeconds },
      provider.clientSecret === null ? oidc.None() : oidc.ClientSecretPost(provider.clientSecret),
      { timeout: timeoutSeconds, ...(options.allowInsecure ? { execute: [oidc.allowInsecureRequests] } : {}) },
    );
    const offered = config.serverMetadata().id_token_signing_alg_values_supported ?? ["RS256"];
    if (!offered.some((algorithm) => signatures.includes(algorithm)))
      throw new Error(`it signs with none of ${signatures.slice(0, 3).join(", ")} …, but ${offered.join(", ")}`);
    // The standard lets a client trust the line to the token endpoint instead of the signature. We check the signature.
    oidc.enableNonRepudiationChecks(config);
    return config;
  } catch (error) {
    throw new Problem("provider_unusable", `the identity provider ${provider.issuer} cannot be used: ${reasonOf(error)}`, {
      hint: "Check the issuer's address: apg access oidc test.",
      cause: error,
    });
  }
}

/** Where to send the browser, and what to remember until it comes back. */
export async function beginJourney(
  config: oidc.Configuration,
  redirectUri: string,
  emailHint?: string,
): Promise<Journey & { readonly url: string }> {
  const journey = { state: oidc.randomState(), nonce: oidc.randomNonce(), codeVerifier: oidc.randomPKCECodeVerifier() };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: "openid email profile",
    state: journey.state,
    nonce: journey.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(journey.codeVerifier),
    code_challenge_method: "S256",
    ...(emailHint === undefined ? {} : { login_hint: emailHint }),
  });
  return { ...journey, url: url.href };
}

/**
 * Exchanges the code and checks what comes: state, PKCE, signature by a key of the provider, issuer, audience, time with the
 * provider's tolerance, nonce, and that the address is verified.
 * @throws Problem `provider_refused`
 */
export async function endJourney(config: oidc.Configuration, callback: URL, journey: Journey): Promise<ProvenIdentity> {
  let claims: oidc.IDToken | undefined;
  let extra: Readonly<Record<string, unknown>> = {};
  try {
    const tokens = await oidc.authorizationCodeGrant(config, callback, {
      expectedState: journey.state,
      expectedNonce: journey.nonce,
      pkceCodeVerifier: journey.codeVerifier,
      idTokenExpected: true,
    });
    claims = tokens.claims();
    requireAsymmetric(tokens.id_token ?? "");
    // Some providers say e-mail and groups only there.
    if (claims !== undefined && claims["email"] === undefined && config.serverMetadata().userinfo_endpoint !== undefined)
      extra = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
  } catch (error) {
    throw new Problem("provider_refused", `the answer of the identity provider is not accepted: ${reasonOf(error)}`, {
      hint: "Try again; if it stays, ask an administrator of the tenant to run apg access oidc test.",
      cause: error,
    });
  }
  if (claims === undefined) throw new Problem("provider_refused", "the identity provider sent no ID token");
  return identityOf({ ...extra, ...claims }, claims);
}

/** Where the browser ends its session at the provider too; null when it has no such place. */
export function endSessionUrl(config: oidc.Configuration, clientId: string, backTo: string): string | null {
  if (config.serverMetadata().end_session_endpoint === undefined) return null;
  return oidc.buildEndSessionUrl(config, { client_id: clientId, post_logout_redirect_uri: backTo }).href;
}

function identityOf(all: Readonly<Record<string, unknown>>, claims: oidc.IDToken): ProvenIdentity {
  const { email, email_verified: verified, name } = all;
  if (typeof email !== "string" || !/^[^@\s]+@[^@\s]+$/.test(email))
    throw new Problem("provider_refused", "the identity provider says no e-mail address", {
      hint: "Let it send the claim email to this client.",
    });
  if (verified !== true)
    throw new Problem("provider_refused", "the identity provider has not verified the e-mail address", {
      hint: "Verify it there; the claim email_verified must be true.",
    });
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: email.toLowerCase(),
    name: typeof name === "string" ? name : null,
    claims: all,
  };
}

/** A second belt: the library has checked the signature with a public key by now. */
function requireAsymmetric(idToken: string): void {
  const header: unknown = JSON.parse(Buffer.from(idToken.split(".")[0] ?? "", "base64url").toString("utf8"));
  const algorithm = (header as { alg?: unknown }).alg;
  if (typeof algorithm !== "string" || !signatures.includes(algorithm)) throw new Error(`its ID token is signed with ${String(algorithm)}`);
}

/** An administrator of a tenant names the address, and this server goes there: not into its own house. */
function requireReachable(issuer: string, options: RelyingPartyOptions): void {
  if (options.allowInsecure) return;
  const { protocol, hostname } = new URL(issuer);
  const own =
    /^(localhost|.*\.localhost|.*\.internal|.*\.local|0|127\..*|10\..*|192\.168\..*|169\.254\..*|172\.(1[6-9]|2\d|3[01])\..*|\[.*\])$/i;
  if (protocol === "https:" && !own.test(hostname)) return;
  throw new Problem("provider_unusable", `the identity provider ${issuer} is not a public https address`, {
    hint: "For trying it out on one machine: --oidc-insecure (APG_OIDC_INSECURE).",
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`.replace(/\s+/g, " ").slice(0, 300);
}
