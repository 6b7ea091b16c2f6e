import type { HttpApplication } from "../http/application.ts";
import type { Authenticate, Caller } from "../http/caller.ts";
import type { AccessPools } from "./access-pools.ts";
import type { Executors } from "./approvals/carry-out.ts";
import { approvalRoutes } from "./approvals/routes.ts";
import { identityOfKey } from "./authenticate.ts";
import { actorOf } from "./identity.ts";
import { keyRoutes } from "./key-routes.ts";
import { type OidcOptions, oidcRoutes, providerSignOut } from "./oidc/routes.ts";
import { ownRoutes } from "./own-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { platformActor, platformIdentityOfKey, platformKeyPrefix } from "./platform-keys.ts";
import { sessionRoutes } from "./session-routes.ts";
import { identityOfRequest } from "./sessions.ts";

/** How the frame finds out who asks: a key before a cookie, so that a program in a browser's session stays itself. */
export function authenticateWith(pools: AccessPools): Authenticate {
  return async ({ bearer, session }) => {
    if (bearer?.startsWith(platformKeyPrefix) === true) return platformCaller(pools, bearer);
    const identity =
      bearer !== null ? await identityOfKey(pools, bearer) : session !== null ? await identityOfRequest(pools, session) : null;
    if (identity === null) return null;
    return {
      kind: identity.kind,
      id: identity.id,
      actor: actorOf(identity),
      tenant: identity.tenant.id,
      permissions: new Set(identity.permissions),
      byCookie: bearer === null,
    };
  };
}

async function platformCaller({ gate }: AccessPools, key: string): Promise<Caller | null> {
  const identity = await platformIdentityOfKey(gate, key);
  if (identity === null) return null;
  const { id, scopes } = identity;
  return { kind: "platform", id, actor: platformActor(identity), tenant: "", permissions: new Set(scopes), byCookie: false };
}

/** `executors`: how every domain carries out what was approved. */
export function accessRoutes(app: HttpApplication, pools: AccessPools, oidc: OidcOptions, executors: Executors): void {
  sessionRoutes(app, pools, providerSignOut(pools, oidc));
  ownRoutes(app, pools);
  oidcRoutes(app, pools, oidc);
  keyRoutes(app, pools.app);
  peopleRoutes(app, pools.app);
  approvalRoutes(app, pools.app, executors);
}
