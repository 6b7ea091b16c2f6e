import { expect, test } from "vitest";
import { checkVersion, describeVersion } from "../../src/postgres/version.ts";

test("the server's number is read as people write versions", () => {
  expect([180004, 150018, 150000, 90624].map((number) => describeVersion(number).text)).toEqual(["18.4", "15.18", "15.0", "9.6.24"]);
});

test.each([140019, 90624, 149999])("%i is refused with its version and the floor", (number) => {
  const refuse = () => checkVersion(describeVersion(number));
  expect(refuse).toThrow(expect.objectContaining({ code: "server_too_old", message: expect.stringContaining("15.0") }));
  expect(refuse).toThrow(expect.objectContaining({ message: expect.stringContaining(describeVersion(number).text) }));
});

test("below 15.5 is a warning, from there on nothing", () => {
  expect(checkVersion(describeVersion(150004))).toContain("15.4");
  expect([150005, 160000, 180004].map((number) => checkVersion(describeVersion(number)))).toEqual([null, null, null]);
});
