/** Something that must stand nowhere: a key, a password, a plaintext. */
export interface Secret {
  readonly name: string;
  readonly bytes: Buffer;
}

export function secret(name: string, value: string | Uint8Array): Secret {
  return { name, bytes: Buffer.from(value as string) };
}

/**
 * How a value may be written: as it is, in hexadecimal as PostgreSQL and Node write it, and in base64 of either alphabet, also in the
 * middle of something longer, where the same bytes fall on other letters depending on what stands before them.
 */
export function formsOf(bytes: Buffer): Buffer[] {
  const hex = bytes.toString("hex");
  const shifted = [0, 1, 2].flatMap((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replaceAll("=", "");
    // The letters that bytes of neighbours have a part in are left out.
    const certain = all.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [certain, certain.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const texts = new Set([hex, hex.toUpperCase(), ...shifted]);
  return [bytes, ...[...texts].map((text) => Buffer.from(text))];
}

interface Needle {
  readonly name: string;
  readonly bytes: Buffer;
}

// What is shorter would be found by chance.
const shortest = 10;

/**
 * Looks for all forms of all secrets at once (Wu and Manber, 1994, with blocks of two bytes): hundreds of megabytes of data files and WAL
 * are looked through in a second or two.
 */
export class Needles {
  readonly #skip = new Uint8Array(65_536).fill(shortest - 1);
  readonly #endingIn = new Map<number, Needle[]>();

  constructor(secrets: readonly Secret[]) {
    for (const { name, bytes } of secrets) {
      if (bytes.length < shortest) throw new Error(`${name} is too short to be looked for`);
      for (const form of formsOf(bytes)) this.#add({ name, bytes: form });
    }
  }

  /** The names of those that stand in it. */
  foundIn(haystack: Buffer): string[] {
    const found = new Set<string>();
    const end = haystack.length;
    for (let at = shortest - 1; at < end; ) {
      const block = ((haystack[at - 1] as number) << 8) | (haystack[at] as number);
      const skip = this.#skip[block] as number;
      if (skip > 0) {
        at += skip;
        continue;
      }
      const from = at - shortest + 1;
      for (const { name, bytes } of this.#endingIn.get(block) ?? [])
        if (!found.has(name) && from + bytes.length <= end && haystack.compare(bytes, 0, bytes.length, from, from + bytes.length) === 0)
          found.add(name);
      at += 1;
    }
    return [...found].sort();
  }

  #add(needle: Needle): void {
    const { bytes } = needle;
    for (let at = 1; at < shortest; at += 1) {
      const block = ((bytes[at - 1] as number) << 8) | (bytes[at] as number);
      this.#skip[block] = Math.min(this.#skip[block] as number, shortest - 1 - at);
      if (at === shortest - 1) this.#endingIn.set(block, [...(this.#endingIn.get(block) ?? []), needle]);
    }
  }
}
