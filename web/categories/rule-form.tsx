import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Condition, NewRule } from "../../src/categories/contract.ts";
import { Icon } from "../kit/icon.tsx";
import { ErrorNotice } from "../kit/notice.tsx";
import { useCategories, useSaveRule, useTryRule } from "./queries.ts";
import { Trial } from "./trial.tsx";

const fields = [
  "text",
  "counterparty",
  "amount",
  "direction",
  "currency",
  "code",
  "purpose",
  "reference",
  "mandate",
  "account",
  "counterparty_id",
];
const textOps = ["contains", "starts", "is"];
const amountOps = ["below", "above", "is"];

interface FormProps {
  readonly start: NewRule;
  readonly id?: string | undefined;
  readonly onDone: () => void;
}

/** A rule is written, tried on the history, and only then saved. */
export function RuleForm({ start, id, onDone }: FormProps) {
  const [rule, setRule] = useState(start);
  const categories = useCategories();
  const trial = useTryRule();
  const save = useSaveRule();
  const change = (part: Partial<NewRule>) => {
    setRule({ ...rule, ...part });
    trial.reset();
  };
  const all = rule.predicate.all;
  const setCondition = (index: number, part: Partial<Condition>) =>
    change({ predicate: { all: all.map((one, at) => (at === index ? fitted({ ...one, ...part }) : one)) } });
  return (
    <section className="panel" aria-label={id === undefined ? "New rule" : "Change the rule"}>
      <div className="panel-head">
        <h2>{id === undefined ? "New rule" : `Rule ${start.priority} "${start.name}"`}</h2>
        <span className="muted">the lowest priority is asked first; the first rule that holds decides</span>
      </div>
      <div className="rule-form">
        <TextInput
          size="xs"
          label="Priority"
          inputMode="numeric"
          value={String(rule.priority)}
          onChange={(event) => change({ priority: Number(event.currentTarget.value.replace(/\D/g, "").slice(0, 6)) })}
        />
        <TextInput size="xs" label="Name" value={rule.name} onChange={(event) => change({ name: event.currentTarget.value })} />
        <NativeSelect
          size="xs"
          label="Gives the category"
          value={rule.category}
          data={(categories.data ?? [])
            .filter(({ isActive }) => isActive)
            .map(({ code, name }) => ({ value: code, label: `${name} · ${code}` }))}
          onChange={(event) => change({ category: event.currentTarget.value })}
        />
        <div className="conditions">
          {all.map((condition, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
            <div key={index} className="condition">
              <NativeSelect
                size="xs"
                aria-label="Field"
                value={condition.field}
                data={fields}
                onChange={(event) => setCondition(index, { field: event.currentTarget.value as Condition["field"] })}
              />
              <NativeSelect
                size="xs"
                aria-label="Comparison"
                value={condition.op}
                data={condition.field === "amount" ? amountOps : textOps}
                onChange={(event) => setCondition(index, { op: event.currentTarget.value as Condition["op"] })}
              />
              <TextInput
                size="xs"
                aria-label="Value"
                placeholder={condition.field === "amount" ? "0.00" : "several values parted by |"}
                value={Array.isArray(condition.value) ? condition.value.join("|") : condition.value}
                onChange={(event) => setCondition(index, { value: event.currentTarget.value })}
              />
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label="Take the condition away"
                disabled={all.length === 1}
                onClick={() => change({ predicate: { all: all.filter((_, at) => at !== index) } })}
              >
                <Icon name="close" size={13} />
              </Button>
            </div>
          ))}
        </div>
        <div className="actions">
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => change({ predicate: { all: [...all, { field: "text", op: "contains", value: "" }] } })}
          >
            And …
          </Button>
          <span className="spacer" />
          <Button size="compact-sm" variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            loading={trial.isPending}
            onClick={() => trial.mutate({ rule: wire(rule), ...(id === undefined ? {} : { replaces: id }) })}
          >
            Try on history
          </Button>
          <Button
            size="compact-sm"
            disabled={trial.data === undefined}
            title={trial.data === undefined ? "Try it first" : undefined}
            loading={save.isPending}
            onClick={() => save.mutate({ id, rule: wire(rule) }, { onSuccess: onDone })}
          >
            Save
          </Button>
        </div>
      </div>
      {trial.error === null ? null : <ErrorNotice error={trial.error} />}
      {save.error === null ? null : <ErrorNotice error={save.error} />}
      {trial.data === undefined ? null : <Trial of={trial.data} />}
    </section>
  );
}

function fitted(condition: Condition): Condition {
  const ops = condition.field === "amount" ? amountOps : textOps;
  return ops.includes(condition.op) ? condition : { ...condition, op: ops[0] as Condition["op"] };
}

function wire(rule: NewRule): NewRule {
  const all = rule.predicate.all.map((condition): Condition => {
    const values = (Array.isArray(condition.value) ? condition.value : condition.value.split("|")).map((one) => one.trim()).filter(Boolean);
    return { ...condition, value: values.length === 1 ? (values[0] as string) : values };
  });
  return { ...rule, predicate: { all } };
}
