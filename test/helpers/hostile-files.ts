import { gzipSync, zipSync } from "fflate";

export interface HostileFile {
  readonly what: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: string;
  readonly message: RegExp;
}

const statement =
  ":20:X\r\n:25:DE02120300000000202051\r\n:28C:1/1\r\n:60F:C260301EUR0,\r\n:61:260302C1,NTRFNONREF\r\n:62F:C260302EUR1,\r\n-\r\n";

/** Files as nobody should send them, small enough to be made on the spot, and what is said of each. */
export function hostileFiles(): HostileFile[] {
  const text = (content: string) => new TextEncoder().encode(content);
  const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join("");
  const stored = zipSync({ "a.sta": text(statement) }, { level: 0 });
  const amount = Buffer.from(stored).indexOf("C1,") + 1;
  const noise = Uint8Array.from({ length: 100_000 }, (_, n) => (n * n * 31 + n * 7) % 251);
  return [
    { what: "an empty file", name: "empty.xml", bytes: new Uint8Array(), code: "EMPTY", message: /the file is empty/ },
    { what: "a corrupt file", name: "corrupt.sta", bytes: noise, code: "FORMAT_UNKNOWN", message: /not text \(.*damaged on its way\)/ },
    {
      ...{ what: "an XML bomb", name: "bomb.xml", code: "DOCTYPE", message: /declares a document type/ },
      bytes: text(`<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">${laughs}]><Document>&l9;</Document>`),
    },
    {
      ...{ what: "a zip bomb", name: "bomb.zip", code: "LIMIT", message: /a\.sta: a field is longer than 1000000 characters/ },
      bytes: zipSync({ "a.sta": text(`:20:X\r\n:25:1\r\n:86:${"a\r\n".repeat(1_500_000)}`) }),
    },
    {
      ...{ what: "a zip archive with a flipped bit", name: "flipped.zip", code: "ARCHIVE", message: /a\.sta unpacks to something else/ },
      bytes: stored.with(amount, (stored[amount] as number) ^ 1),
    },
    {
      ...{ what: "a gzip archive that breaks off", name: "cut.sta.gz", code: "ARCHIVE", message: /the archive is damaged/ },
      bytes: gzipSync(text(statement)).slice(0, -6),
    },
  ];
}
