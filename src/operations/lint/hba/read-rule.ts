import { readAddress } from "./address.ts";
import { type Address, type ConnectionType, connectionTypes, type HbaLine, methods, type Name } from "./rule.ts";

/** Makes a rule of the fields of a line, or says what the server would refuse about it. */
export function readRule(
  fields: readonly (readonly Name[])[],
  place: { readonly file: string; readonly line: number; readonly text: string },
  major: number,
): HbaLine {
  const refuse = (message: string): HbaLine => ({ kind: "error", ...place, message });
  const [typeField, databases, users] = fields;
  const type = typeField?.[0]?.text ?? "";
  if (typeField?.length !== 1 || !isType(type)) return refuse(`"${type}" is no connection type`);
  if (databases === undefined) return refuse("there is no database");
  if (users === undefined) return refuse("there is no role");
  let next = 3;
  let address: Address | null = null;
  if (type !== "local") {
    const field = fields[next];
    if (field === undefined) return refuse("there is no address");
    const [name] = field;
    if (name === undefined || field.length > 1) return refuse("a rule has one address");
    const bare = !name.text.includes("/") && /^[\d.]+$|:/.test(name.text);
    const mask = bare ? (fields[next + 1]?.[0]?.text ?? null) : null;
    const read = readAddress(name.text, name.quoted, mask);
    if (typeof read === "string") return refuse(read);
    address = read;
    next += bare ? 2 : 1;
  }
  const method = fields[next]?.[0]?.text;
  if (method === undefined) return refuse("there is no method");
  const wrong = wrongMethod(method, type, major);
  if (wrong !== null) return refuse(wrong);
  const options = new Map<string, string>();
  for (const [option] of fields.slice(next + 1)) {
    const [, key, value] = /^([a-z_]+)=(.*)$/s.exec(option?.text ?? "") ?? [];
    if (key === undefined || value === undefined) return refuse(`"${option?.text}" is no option of the form name=value`);
    if (key === "clientcert" && !/^verify-(ca|full)$/.test(value)) return refuse(`clientcert=${value}: write verify-ca or verify-full`);
    if (key === "clientcert" && type !== "hostssl") return refuse("clientcert is for hostssl only");
    options.set(key, value);
  }
  // Without TLS "ident" over a socket is what is called peer today.
  return {
    kind: "rule",
    ...place,
    type,
    databases,
    users,
    address,
    method: type === "local" && method === "ident" ? "peer" : method,
    options,
  };
}

function wrongMethod(method: string, type: ConnectionType, major: number): string | null {
  if (!methods.includes(method) || (method === "oauth" && major < 18)) return `"${method}" is no method`;
  if (method === "peer" && type !== "local") return "peer is for local connections only";
  if (method === "cert" && type !== "hostssl") return "cert is for hostssl only";
  if (method === "gss" && type === "local") return "gss is not for local connections";
  return null;
}

function isType(word: string): word is ConnectionType {
  return (connectionTypes as readonly string[]).includes(word);
}
