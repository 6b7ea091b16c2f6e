// Seals small blocks without a pause until it is killed; runs the built program.
import { sealNext } from "../../dist/audit/seals/seal.js";
import { openSigningKey } from "../../dist/audit/seals/signing-key.js";
import { openPool } from "../../dist/postgres/connect.js";

const [url, dataDir] = process.argv.slice(2);
const client = await openPool({ url, applicationName: "apg test sealer to be killed", max: 1 }).connect();
const key = openSigningKey({ dataDir });
process.stdout.write("sealing\n");
for (;;) await sealNext(client, { key, dataDir, maxRows: 3 });
