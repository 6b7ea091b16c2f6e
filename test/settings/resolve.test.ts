import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolveSettings } from "../../src/settings/resolve.ts";

const dataDir = mkdtempSync(join(tmpdir(), "apg-settings-"));
const here = { APG_DATA_DIR: dataDir };

function file(values: unknown, name = "apg.json"): string {
  const path = join(dataDir, name);
  writeFileSync(path, typeof values === "string" ? values : JSON.stringify(values));
  return path;
}

function port(flags: { port?: string }, environment: Record<string, string>) {
  const found = resolveSettings({ flags, environment: { ...here, ...environment } }).resolved.find(({ name }) => name === "port");
  return [found?.value, found?.source, found?.from];
}

test("a flag stands above the environment, the environment above the file, the file above the default", () => {
  const path = file({});
  expect(port({}, {})).toEqual([4400, "default", "default"]);
  file({ port: 4501 });
  expect(port({}, {})).toEqual([4501, "file", path]);
  expect(port({}, { APG_PORT: "4502" })).toEqual([4502, "environment", "APG_PORT"]);
  expect(port({ port: "4503" }, { APG_PORT: "4502" })).toEqual([4503, "flag", "--port"]);
  file({});
});

test("an empty variable counts as not set", () => {
  expect(port({}, { APG_PORT: "" })).toEqual([4400, "default", "default"]);
});

test("a folder in a named file is meant from where the file lies", () => {
  const configFile = file({ dataDir: "elsewhere" }, "named.json");
  expect(resolveSettings({ flags: {}, environment: {}, configFile }).settings.dataDir).toBe(join(dataDir, "elsewhere"));
});

test("passwords of connection strings are masked for people and kept for the program", () => {
  const url = "postgres://ada:s3cret@db.example:5432/cash?password=s3cret";
  const { settings, resolved } = resolveSettings({ flags: { databaseUrl: url }, environment: here });
  expect(settings.databaseUrl).toBe(url);
  expect(resolved.find(({ name }) => name === "databaseUrl")?.shown).toBe("postgres://ada:***@db.example:5432/cash?password=***");
});

test("sizes are written as PostgreSQL writes them", () => {
  const { settings, resolved } = resolveSettings({ flags: {}, environment: { ...here, APG_UPLOAD_LIMIT: "2GB" } });
  expect(settings.uploadLimit).toBe(2 * 1024 ** 3);
  expect(resolved.find(({ name }) => name === "uploadLimit")?.shown).toBe("2GB");
});

test.each([
  ["port", "APG_PORT", "70000"],
  ["port", "APG_PORT", "44OO"],
  ["demo", "APG_DEMO", "perhaps"],
  ["uploadLimit", "APG_UPLOAD_LIMIT", "much"],
  ["logLevel", "APG_LOG_LEVEL", "loud"],
  ["postgresMajor", "APG_POSTGRES_MAJOR", "14"],
  ["databaseUrl", "DATABASE_URL", "mysql://localhost/cash"],
])("%s refuses %s=%s and says what it expects", (_name, variable, text) => {
  const resolve = () => resolveSettings({ flags: {}, environment: { ...here, [variable]: text } });
  expect(resolve).toThrow(expect.objectContaining({ code: "setting_invalid", message: expect.stringContaining(variable) }));
});

test("the message about a wrong connection string does not repeat it", () => {
  const resolve = () => resolveSettings({ flags: {}, environment: { ...here, DATABASE_URL: "mysql://ada:s3cret@db/cash" } });
  expect(resolve).toThrow(expect.objectContaining({ message: expect.not.stringContaining("s3cret") }));
});

test.each([
  ["a list", "[]"],
  ["no JSON", "port: 1"],
  ["a key that is no setting", '{ "prot": 1 }'],
])("a settings file with %s is refused", (_what, text) => {
  const configFile = file(text, "broken.json");
  expect(() => resolveSettings({ flags: {}, environment: here, configFile })).toThrow(expect.objectContaining({ code: "setting_invalid" }));
});

test("a file named with --config must be there", () => {
  const configFile = join(dataDir, "missing.json");
  expect(() => resolveSettings({ flags: {}, environment: here, configFile })).toThrow(/ENOENT/);
});
