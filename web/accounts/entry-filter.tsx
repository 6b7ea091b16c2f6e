import { TextInput } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { looksLikeNumber } from "../kit/account-number.ts";
import { Icon } from "../kit/icon.tsx";
import type { EntryFilter } from "./queries.ts";

interface FilterProps {
  readonly currency: string;
  readonly onChange: (filter: EntryFilter) => void;
}

/** Narrow by text, days and amounts; what is typed is applied a moment later, what is not an amount is marked, not sent. */
export function EntryFilterBar({ currency, onChange }: FilterProps) {
  const [text, setText] = useState("");
  const [days, setDays] = useState<[string | null, string | null]>([null, null]);
  const [minimum, setMinimum] = useState("");
  const [maximum, setMaximum] = useState("");
  const apply = useDebouncedCallback((next: EntryFilter) => onChange(next), 250);
  const change = (part: Partial<{ text: string; days: [string | null, string | null]; minimum: string; maximum: string }>) => {
    const all = { text, days, minimum, maximum, ...part };
    setText(all.text);
    setDays(all.days);
    setMinimum(all.minimum);
    setMaximum(all.maximum);
    apply({
      ...wordsOf(all.text.trim()),
      from: all.days[0] ?? undefined,
      to: all.days[1] ?? all.days[0] ?? undefined,
      minAmount: typedAmount(all.minimum) ?? undefined,
      maxAmount: typedAmount(all.maximum) ?? undefined,
    });
  };
  return (
    <>
      <TextInput
        size="xs"
        w={250}
        aria-label="Search text, counterparty, its account or reference"
        placeholder="Counterparty, account, text, reference …"
        leftSection={<Icon name="search" size={13} />}
        value={text}
        onChange={(event) => change({ text: event.currentTarget.value })}
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
        onChange={(value) => change({ days: [value[0], value[1]] })}
      />
      <AmountInput
        label={`From amount in ${currency}`}
        placeholder="from amount"
        value={minimum}
        onChange={(value) => change({ minimum: value })}
      />
      <AmountInput
        label={`To amount in ${currency}`}
        placeholder="to amount"
        value={maximum}
        onChange={(value) => change({ maximum: value })}
      />
    </>
  );
}

/** A whole account number is looked for as such. */
function wordsOf(text: string): EntryFilter {
  if (looksLikeNumber(text)) return { number: text };
  return { text: text.length >= 2 ? text : undefined };
}

function AmountInput(props: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <TextInput
      size="xs"
      w={118}
      aria-label={props.label}
      placeholder={props.placeholder}
      inputMode="decimal"
      error={props.value.trim() !== "" && typedAmount(props.value) === null}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      styles={{ input: { textAlign: "right" } }}
    />
  );
}

/** "1,250.00", "(310)" and "-310" as people write them; null for what is no amount. */
export function typedAmount(typed: string): string | null {
  const text = typed.trim().replaceAll(",", "").replaceAll(" ", "");
  const inner = /^\((.+)\)$/.exec(text)?.[1];
  const plain = inner === undefined ? text : `-${inner}`;
  return /^-?\d+(\.\d{1,4})?$/.test(plain) ? plain : null;
}
