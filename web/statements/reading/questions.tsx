import { Button } from "@mantine/core";
import type { StatementPreview } from "../../../src/statements/preview/contract.ts";
import { Icon } from "../../kit/icon.tsx";
import type { Reading } from "./use-reading.ts";
import { decimalWords, orderWords } from "./words.ts";

/** What the file does not tell: each answer shows what it makes of the same cell. */
export function Questions({ preview, reading }: { readonly preview: StatementPreview; readonly reading: Reading }) {
  const open = preview.questions.filter(({ about }) => about === "dayOrder" || about === "decimal");
  if (open.length === 0) return null;
  return (
    <section className="panel reading-questions" aria-label="Open questions">
      {open.map(({ about, text, options }) => (
        <div key={about} className="reading-question">
          <Icon name="info" />
          <span>{text.charAt(0).toUpperCase() + text.slice(1)}. Which is it?</span>
          <span className="spacer" />
          {options.map(({ value, cell, reading: read }) => (
            <Button
              key={value}
              size="compact-sm"
              variant="default"
              onClick={() => reading.choose(about === "dayOrder" ? { dayOrder: value as "dmy" } : { decimal: value as "." })}
            >
              {about === "dayOrder" ? orderWords[value as "dmy"] : decimalWords[value as "."].split(":")[0]}
              <span className="muted reading-example">
                {cell} → {read}
              </span>
            </Button>
          ))}
        </div>
      ))}
    </section>
  );
}
