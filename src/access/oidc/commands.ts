import { type Command, Option } from "commander";
import { Problem } from "../../errors/problem.ts";
import { tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { type CommandContext, commandGroup } from "../../terminal/command.ts";
import { print, printJson } from "../../terminal/output.ts";
import { type IdentityProviderChange, type Role, roles } from "../contract.ts";
import { told } from "../manage-commands.ts";
import { ofTenant, secretOfStdin, type TenantFlags, tenantCommand } from "../tenant-commands.ts";
import { getProvider, providerInUse, removeProvider, setProvider } from "./provider.ts";
import { discover } from "./relying-party.ts";

interface OidcFlags extends TenantFlags {
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly domain: string[];
  readonly clientSecretStdin?: true;
  readonly roleClaim?: string;
  readonly map?: string[];
  readonly create?: Role;
  readonly listed?: true;
}

/** `apg access oidc set|show|test|remove` */
export function mountOidcCommands(access: Command, context: CommandContext): void {
  const group = commandGroup(access, "oidc", "the identity provider people of a tenant sign in with (OpenID Connect)");
  tenantCommand(group, "set", "set it; what it is at the provider stands in docs/operate/access.md")
    .requiredOption("--name <name>", "on the button")
    .requiredOption("--issuer <url>", "such as https://login.example.com/realms/acme")
    .requiredOption("--client-id <id>", "of this program at the provider")
    .requiredOption("--domain <domain...>", "of e-mail addresses that are let in")
    .option("--client-secret-stdin", "read the client's secret from standard input; without it the one that is kept stays")
    .option("--role-claim <claim>", "the claim that says roles")
    .option("--map <value=role...>", "what a value of that claim means here")
    .addOption(new Option("--create <role>", "let in who signs in for the first time, as this").choices(roles))
    .option("--listed", "show the button to everybody, not only to who types an address of a domain")
    .action(
      ofTenant<OidcFlags>(context, async ({ database }, tenant, flags) => {
        const secret = flags.clientSecretStdin === true ? { clientSecret: await secretOfStdin("client-secret") } : {};
        const wanted: IdentityProviderChange = {
          name: flags.name,
          issuer: flags.issuer,
          clientId: flags.clientId,
          allowedDomains: flags.domain,
          roleClaim: flags.roleClaim ?? null,
          roleMap: Object.fromEntries((flags.map ?? []).map(pairOf)),
          createPeople: flags.create !== undefined,
          newPersonRole: flags.create ?? null,
          isListed: flags.listed === true,
          ...secret,
        };
        const set = await tenantTransaction(database.app, tenant, (tx) => setProvider(tx, wanted));
        told(
          set,
          flags,
          ({ name }) => `People of ${flags.tenant} may sign in with ${name}. Try it: apg access oidc test --tenant ${flags.tenant}`,
        );
      }),
    );
  tenantCommand(group, "show", "what is set, without the secret").action(
    ofTenant(context, async ({ database }, tenant, flags) => {
      const provider = await tenantRead(database.app, tenant, getProvider);
      if (flags.json === true) return printJson(provider);
      if (provider === null) return print("No identity provider is set: people sign in by password or link.");
      for (const [name, value] of Object.entries(provider)) print(`${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
    }),
  );
  tenantCommand(group, "test", "ask the provider what it says of itself").action(
    ofTenant(context, async ({ database, settings }, tenant, flags) => {
      const provider = await tenantRead(database.app, tenant, providerInUse);
      const metadata = (await discover(provider, { allowInsecure: settings.oidcInsecure })).serverMetadata();
      if (flags.json === true) return printJson(metadata);
      print(`${metadata.issuer} answers; people sign in at ${metadata.authorization_endpoint}.`);
    }),
  );
  tenantCommand(group, "remove", "do without one").action(
    ofTenant(context, async ({ database }, tenant, flags) => {
      told(await tenantTransaction(database.app, tenant, removeProvider), flags, () => "No identity provider is set any more.");
    }),
  );
}

function pairOf(text: string): [string, string] {
  const at = text.lastIndexOf("=");
  if (at < 1) throw new Problem("invalid_input", `"${text}" is not value=role`, { hint: "Such as --map treasury=treasurer." });
  return [text.slice(0, at), text.slice(at + 1)];
}
