/** For whoever opens an archive in ten years without this program. */
export function readme(tenant: { readonly id: string; readonly name: string }): string {
  return `Everything APG Cash Management kept of ${tenant.name} (${tenant.id}).

tables/      one file a table: CSV (RFC 4180), UTF-8, the first line names the columns. An empty field is null, "" is an
             empty text. Amounts (…_minor) are whole minor units of the currency beside them: 1250 EUR are 12.50 euro, 1250 JPY
             are 1250 yen. Moments are UTC. PostgreSQL reads a file back with: \\copy TABLE from FILE (format csv, header)
received/    the statement files as they were received, byte for byte, each in a folder named by its delivery
manifest.json  of each file its size and SHA-256, of each table its rows and what its amounts add up to, and what is withheld

apg tenant export --verify PATH checks all of it, without a database.
`;
}
