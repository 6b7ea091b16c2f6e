import "./categories.css";
import { Button, Tabs } from "@mantine/core";
import { useState } from "react";
import type { Category, NewRule, Rule } from "../../src/categories/contract.ts";
import { useMay } from "../access/session.ts";
import { Icon } from "../kit/icon.tsx";
import { Empty, ErrorNotice, Resolve } from "../kit/notice.tsx";
import { CounterpartyList } from "./counterparty-list.tsx";
import { useCategories, useRemoveRule, useRules, useRuns } from "./queries.ts";
import { RuleForm } from "./rule-form.tsx";

/** Rules by priority, the tree of liquidity items, and who is on the other side. */
export default function CategoriesPage() {
  return (
    <div className="page-full">
      <header className="page-head">
        <h1>Categories</h1>
        <Progress />
      </header>
      <Tabs defaultValue="rules" keepMounted={false} className="account-tabs">
        <Tabs.List>
          <Tabs.Tab value="rules">Rules</Tabs.Tab>
          <Tabs.Tab value="tree">Liquidity items</Tabs.Tab>
          <Tabs.Tab value="counterparties">Counterparties</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="rules" pt="xs" className="account-panel">
          <Rules />
        </Tabs.Panel>
        <Tabs.Panel value="tree" pt="xs" className="account-panel">
          <Tree />
        </Tabs.Panel>
        <Tabs.Panel value="counterparties" pt="xs" className="account-panel">
          <CounterpartyList />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

function Progress() {
  const runs = useRuns();
  const waiting = runs.data?.find(({ state }) => state === "waiting");
  if (waiting !== undefined) return <span role="status">sorting … {waiting.examined} entries so far</span>;
  const last = runs.data?.[0];
  return (
    <span className="muted">
      {last?.finishedAt == null ? "" : `sorted ${last.finishedAt.slice(0, 16).replace("T", " ")}, ${last.changed} changed`}
    </span>
  );
}

const blank: NewRule = {
  priority: 10,
  name: "",
  category: "operating.other",
  predicate: { all: [{ field: "text", op: "contains", value: "" }] },
};

function Rules() {
  const may = useMay("cash-flows:write");
  const rules = useRules();
  const remove = useRemoveRule();
  const [open, setOpen] = useState<{ readonly id?: string; readonly rule: NewRule } | null>(null);
  const next = Math.max(0, ...(rules.data ?? []).map(({ priority }) => priority)) + 10;
  const button = may ? (
    <Button size="compact-sm" onClick={() => setOpen({ rule: { ...blank, priority: next } })}>
      New rule
    </Button>
  ) : null;
  return (
    <div className="categories-scroll">
      {open === null ? <div className="toolbar">{button}</div> : null}
      {open === null ? null : <RuleForm key={open.id ?? "new"} start={open.rule} id={open.id} onDone={() => setOpen(null)} />}
      {remove.error === null ? null : <ErrorNotice error={remove.error} />}
      <div className="panel">
        <Resolve of={rules}>
          {(items) =>
            items.length === 0 ? (
              <Empty icon="filter" title="No rule yet">
                Bank transaction codes and what people decided sort on their own. A rule comes before both: write one, see what it would do
                to the history, and save it.
              </Empty>
            ) : (
              <RuleTable
                items={items}
                may={may}
                onOpen={(rule) => setOpen({ id: rule.id, rule: draftOf(rule) })}
                onRemove={(id) => remove.mutate(id)}
              />
            )
          }
        </Resolve>
      </div>
    </div>
  );
}

function draftOf({ priority, name, predicate, category, counterpartyId, isActive }: Rule): NewRule {
  return { priority, name, predicate, category, counterpartyId, isActive };
}

function RuleTable(props: {
  readonly items: readonly Rule[];
  readonly may: boolean;
  readonly onOpen: (rule: Rule) => void;
  readonly onRemove: (id: string) => void;
}) {
  return (
    <table className="sheet" aria-label="Rules">
      <thead>
        <tr>
          <th className="right">Priority</th>
          <th>Name</th>
          <th>When</th>
          <th>Category</th>
          <th>By</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {props.items.map((rule) => (
          <tr key={rule.id} className={rule.isActive ? "" : "muted"}>
            <td className="right">{rule.priority}</td>
            <td>
              {props.may ? (
                <button type="button" className="plain" onClick={() => props.onOpen(rule)}>
                  {rule.name}
                </button>
              ) : (
                rule.name
              )}
            </td>
            <td>{rule.words}</td>
            <td>
              {rule.category}
              {rule.isActive ? "" : " · not in use"}
            </td>
            <td className="muted">{rule.author}</td>
            <td className="right">
              {props.may ? (
                <Button size="compact-xs" variant="subtle" aria-label={`Remove rule ${rule.name}`} onClick={() => props.onRemove(rule.id)}>
                  <Icon name="close" size={13} />
                </Button>
              ) : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Tree() {
  const categories = useCategories();
  return (
    <div className="panel sheet-scroll">
      <Resolve of={categories}>
        {(items) => (
          <table className="sheet category-tree" aria-label="Liquidity items">
            <thead>
              <tr>
                <th>Item</th>
                <th>Code</th>
                <th>Direction</th>
                <th>Bank transaction codes</th>
                <th>Purposes</th>
              </tr>
            </thead>
            <tbody>
              {ordered(items).map((one) => (
                <tr key={one.code} className={one.parent === null ? "group" : ""}>
                  <td className={one.parent === null ? "" : "child"}>{one.name}</td>
                  <td className="mono muted">{one.code}</td>
                  <td>{one.direction === "both" ? "in and out" : one.direction}</td>
                  <td className="mono">{one.bankTransactionCodes.join("  ")}</td>
                  <td className="mono">{one.purposeCodes.join("  ")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Resolve>
    </div>
  );
}

/** Each item behind the one it stands under. */
function ordered(items: readonly Category[], under: string | null = null): Category[] {
  return items.filter(({ parent }) => parent === under).flatMap((one) => [one, ...ordered(items, one.code)]);
}
