import "./categories.css";
import { Button, NativeSelect, Popover } from "@mantine/core";
import { useState } from "react";
import type { Entry } from "../../src/statements/contract.ts";
import { useMay } from "../access/session.ts";
import { ErrorNotice } from "../kit/notice.tsx";
import { useCategories, useCorrect, useSaveRule } from "./queries.ts";
import { Trial } from "./trial.tsx";

/** The category of an entry with why it is so; a person's word changes and locks it. */
export function EntryCategory({ entry }: { readonly entry: Entry }) {
  const may = useMay("cash-flows:write");
  const [open, setOpen] = useState(false);
  const word = entry.category ?? "uncategorised";
  const why = entry.categoryReason ?? "no rule, code or memory fits";
  if (!may) return <span title={why}>{word}</span>;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" withinPortal shadow="md">
      <Popover.Target>
        <button type="button" className="plain entry-category" title={why} onClick={() => setOpen(!open)}>
          {word}
          {entry.categorySource === "person" ? " ✓" : ""}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        {open ? (
          <Correction
            ids={[entry.id]}
            now={entry.category}
            why={why}
            locked={entry.categorySource === "person"}
            onDone={() => setOpen(false)}
          />
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}

/** Also for many entries at once. */
export function Correction(props: {
  readonly ids: readonly string[];
  readonly now: string | null;
  readonly why: string;
  readonly locked: boolean;
  readonly onDone: () => void;
}) {
  const { ids, now, why, locked, onDone } = props;
  const categories = useCategories();
  const correct = useCorrect();
  const save = useSaveRule();
  const [wanted, setWanted] = useState(now ?? "");
  const proposal = correct.data?.proposal ?? null;
  return (
    <div style={{ display: "grid", gap: 8, maxWidth: 720 }}>
      <span className="muted">{why}</span>
      <div className="toolbar">
        <NativeSelect
          size="xs"
          aria-label="Category"
          value={wanted}
          data={[
            { value: "", label: "choose …" },
            ...(categories.data ?? [])
              .filter(({ isActive }) => isActive)
              .map(({ code, name }) => ({ value: code, label: `${name} · ${code}` })),
          ]}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <Button
          size="compact-sm"
          disabled={wanted === ""}
          loading={correct.isPending}
          onClick={() => correct.mutate({ ids, category: wanted })}
        >
          {ids.length === 1 ? "Set" : `Set ${ids.length} entries`}
        </Button>
        {locked ? (
          <Button size="compact-sm" variant="default" onClick={() => correct.mutate({ ids, category: null }, { onSuccess: onDone })}>
            Let rules decide
          </Button>
        ) : null}
      </div>
      {correct.error === null ? null : <ErrorNotice error={correct.error} />}
      {proposal === null ? null : (
        <section aria-label="Proposed rule">
          <strong>A rule would do so from now on:</strong>
          <Trial of={proposal.trial} />
          <div className="toolbar">
            <Button size="compact-sm" loading={save.isPending} onClick={() => save.mutate({ rule: proposal.rule }, { onSuccess: onDone })}>
              Save the rule
            </Button>
            <Button size="compact-sm" variant="default" onClick={onDone}>
              Only this time
            </Button>
          </div>
          {save.error === null ? null : <ErrorNotice error={save.error} />}
        </section>
      )}
    </div>
  );
}
