import { Button, Popover } from "@mantine/core";
import { useState } from "react";
import type { Entry } from "../../src/statements/contract.ts";
import { useMay } from "../access/session.ts";
import { Correction } from "./entry-category.tsx";

const most = 1000;

/** One word for all entries that a filter shows; without a filter it would be a word for a whole account, so it is not offered. */
export function BulkCategory({ entries, filtered }: { readonly entries: readonly Entry[]; readonly filtered: boolean }) {
  const may = useMay("cash-flows:write");
  const [open, setOpen] = useState(false);
  const sorted = entries.filter(({ status }) => status !== "information");
  if (!may || !filtered || sorted.length === 0) return null;
  const ids = sorted.slice(0, most).map(({ id }) => id);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" withinPortal shadow="md">
      <Popover.Target>
        <Button size="compact-sm" variant="default" onClick={() => setOpen(!open)}>
          Categorise {ids.length} shown
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        {open ? (
          <Correction
            ids={ids}
            now={null}
            why={`One category for the ${ids.length} entries shown`}
            locked={false}
            onDone={() => setOpen(false)}
          />
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}
