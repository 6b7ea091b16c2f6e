/** Writes XML as text, element by element, so that a file of any size needs no tree. */
export interface XmlWriter {
  open(name: string, attributes?: string): void;
  /** An element with text; nothing at all for `null` or an empty text. */
  leaf(name: string, text: string | null, attributes?: string): void;
  close(): void;
  /** What was written since the last call. */
  take(): string;
}

export function xmlWriter(pretty: boolean): XmlWriter {
  let text = '<?xml version="1.0" encoding="UTF-8"?>\n';
  const opened: string[] = [];
  const line = (content: string) => {
    text += pretty ? `${indents[opened.length] ?? ""}${content}\n` : content;
  };
  return {
    open: (name, attributes = "") => {
      line(`<${name}${attributes}>`);
      opened.push(name);
    },
    leaf: (name, content, attributes = "") => {
      if (content !== null && content !== "") line(`<${name}${attributes}>${escaped(content)}</${name}>`);
    },
    close: () => {
      const name = opened.pop();
      if (name === undefined) throw new RangeError("there is no open element to close");
      line(`</${name}>`);
    },
    take: () => {
      const taken = text;
      text = "";
      return taken;
    },
  };
}

const indents = Array.from({ length: 20 }, (_, depth) => "  ".repeat(depth));

function escaped(text: string): string {
  return /[&<>]/.test(text) ? text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;") : text;
}
