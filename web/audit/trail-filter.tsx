import { Button, Select, TextInput } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import type { AuditEntry } from "../../src/audit/contract.ts";
import { addDays } from "../kit/days.ts";
import { Icon } from "../kit/icon.tsx";
import type { TrailFilter } from "./queries.ts";
import { operationChoices } from "./words.ts";

const objects = [
  ...["cash_accounts", "account_identifiers", "banks", "bank_connections", "entities", "counterparties", "categories", "category_rules"],
  ...["deliveries", "statements", "bank_transactions", "cash_flows", "day_closings"],
  ...["people", "sessions", "api_keys", "sign_in_links", "access_rules", "approval_requests", "approvals", "approval_policies", "tenants"],
].map((name) => ({ value: `cm_${name}`, label: name.replaceAll("_", " ") }));

/** Who, what, when, and which row; what is typed is applied a moment later. */
export function TrailFilterBar({ filter, onChange }: { readonly filter: TrailFilter; readonly onChange: (filter: TrailFilter) => void }) {
  const [who, setWho] = useState(filter.who ?? filter.actor ?? "");
  const [key, setKey] = useState(filter.key ?? "");
  const [days, setDays] = useState<[string | null, string | null]>([null, null]);
  useEffect(() => setWho(filter.who ?? filter.actor ?? ""), [filter.who, filter.actor]);
  useEffect(() => setKey(filter.key ?? ""), [filter.key]);
  const typed = useDebouncedCallback((part: TrailFilter) => onChange({ ...filter, ...part }), 300);
  const some = Object.values(filter).some((value) => value !== undefined);
  return (
    <div className="toolbar">
      <TextInput
        size="xs"
        w={220}
        aria-label="Who"
        placeholder="Who: a name, an address"
        leftSection={<Icon name="search" size={13} />}
        value={who}
        onChange={(event) => {
          setWho(event.currentTarget.value);
          typed({ who: event.currentTarget.value.trim() || undefined, actor: undefined });
        }}
      />
      <Select
        size="xs"
        w={130}
        clearable
        aria-label="Did"
        placeholder="Did"
        data={operationChoices}
        value={filter.operation ?? null}
        onChange={(value) => onChange({ ...filter, operation: (value ?? undefined) as AuditEntry["operation"] | undefined })}
      />
      <Select
        size="xs"
        w={180}
        clearable
        searchable
        aria-label="Object"
        placeholder="Object"
        data={objects}
        value={filter.table ?? null}
        onChange={(value) => onChange({ ...filter, table: value ?? undefined })}
      />
      <TextInput
        size="xs"
        w={200}
        aria-label="Key of the row"
        placeholder="Key of the row"
        value={key}
        onChange={(event) => {
          setKey(event.currentTarget.value);
          typed({ key: event.currentTarget.value.trim() || undefined });
        }}
      />
      <DatePickerInput
        type="range"
        size="xs"
        w={200}
        allowSingleDateInRange
        clearable
        withWeekNumbers
        valueFormat="YYYY-MM-DD"
        aria-label="Days"
        placeholder="All days"
        value={days}
        onChange={([from, to]) => {
          setDays([from, to]);
          onChange({
            ...filter,
            from: from === null ? undefined : startOf(from),
            to: from === null ? undefined : startOf(addDays(to ?? from, 1)),
          });
        }}
      />
      {some ? (
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => {
            setDays([null, null]);
            onChange({});
          }}
        >
          Clear
        </Button>
      ) : null}
    </div>
  );
}

/** Midnight where the person sits, as a moment. */
function startOf(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}
