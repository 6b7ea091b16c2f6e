import { randomInt } from "node:crypto";
import type { TestApi } from "../helpers/api.ts";
import { testPasswordOfPeople } from "../helpers/api.ts";

export const origin = { host: "localhost:4400", origin: "http://localhost:4400" };

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look at what came back
  readonly body: any;
}

export type Call = (method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE", url: string, payload?: object) => Promise<Answer>;

/** In the shoes of a person of acme, by the session they sign in with; each from an address of their own. */
export async function callerFor(api: TestApi, email: string, password = testPasswordOfPeople): Promise<Call> {
  const remoteAddress = `10.${randomInt(255)}.${randomInt(255)}.${randomInt(255)}`;
  const payload = { email, password };
  const signedIn = await api.app.inject({ method: "POST", url: "/api/v1/session", headers: origin, payload, remoteAddress });
  if (signedIn.statusCode !== 200) throw new Error(`${email} cannot sign in: ${signedIn.body}`);
  const cookie = signedIn.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  return callWith(api, { ...origin, cookie });
}

export function callWith(api: TestApi, headers: Record<string, string>): Call {
  return async (method, url, payload) => {
    const answer = await api.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    return { status: answer.statusCode, body: answer.body === "" ? null : answer.json() };
  };
}
