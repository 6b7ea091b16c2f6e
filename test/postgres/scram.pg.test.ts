import { expect, test } from "vitest";
import { openPool } from "../../src/postgres/connect.ts";
import { scramVerifier } from "../../src/postgres/scram.ts";
import { testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();

test("the server takes our verifier as one, and the password it was made of signs in", async () => {
  const role = `${database.current.name}_login`;
  await database.current.admin.query(`create role ${role} login password '${scramVerifier("pässwörd / 4711")}'`);
  const url = database.current.url(role).replace(/:[^:@]*@/, `:${encodeURIComponent("pässwörd / 4711")}@`);
  const pool = openPool({ url, applicationName: "test", max: 1 });
  expect((await pool.query("select current_user as me")).rows).toEqual([{ me: role }]);
  await pool.end();
  const wrong = openPool({ url: database.current.url(role), applicationName: "test", max: 1 });
  await expect(wrong.query("select 1")).rejects.toMatchObject({ code: "28P01" });
  await wrong.end();
  await database.current.admin.query(`drop role ${role}`);
});

test("it is the verifier of RFC 7677's example", () => {
  const verifier = scramVerifier("pencil", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"));
  expect(verifier).toBe(
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  );
});
