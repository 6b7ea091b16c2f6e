import "./palette.css";
import { Modal, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAccounts, useNumber } from "../accounts/queries.ts";
import { looksLikeNumber } from "../kit/account-number.ts";
import { Icon, type IconName } from "../kit/icon.tsx";
import { formatAmount } from "../kit/money.ts";

interface Choice {
  readonly key: string;
  readonly icon: IconName;
  readonly name: string;
  readonly note: string;
  readonly go: () => void;
}

/** Ctrl K: type a part of a name, a bank, a currency or the last digits of a number, or paste a whole one; Enter goes there. */
export function Palette({ opened, onChange }: { readonly opened: boolean; readonly onChange: (opened: boolean) => void }) {
  useHotkeys([["mod+K", () => onChange(true)]], []);
  return (
    <Modal opened={opened} onClose={() => onChange(false)} withCloseButton={false} size={560} yOffset="12vh" padding={10} title={undefined}>
      <Search onDone={() => onChange(false)} />
    </Modal>
  );
}

function Search({ onDone }: { readonly onDone: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const byNumber = useNumberChoices(text);
  const found = [...useChoices(text), ...byNumber.choices].slice(0, 40);
  const chosen = Math.min(at, found.length - 1);
  const choose = (choice: Choice | undefined) => {
    choice?.go();
    if (choice !== undefined) onDone();
  };
  return (
    <>
      <TextInput
        data-autofocus
        role="combobox"
        aria-label="Find a page or an account"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[chosen] === undefined ? "" : `palette-${found[chosen].key}`}
        leftSection={<Icon name="search" />}
        placeholder="Account, bank, currency, number or last digits, page …"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
          else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
          else if (event.key === "Enter") choose(found[chosen]);
          else return;
          event.preventDefault();
        }}
      />
      <div className="palette-list" id="palette-list" role="listbox" aria-label="Found">
        {found.map((choice, index) => (
          <div
            key={choice.key}
            id={`palette-${choice.key}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className="plain palette-option"
            onMouseMove={() => setAt(index)}
            onClick={() => choose(choice)}
            onKeyDown={() => undefined}
          >
            <Icon name={choice.icon} />
            <span>{choice.name}</span>
            <span className="spacer" />
            <span className="muted">{choice.note}</span>
          </div>
        ))}
        {found.length === 0 ? (
          <p className="muted">{byNumber.says ?? `Nothing is called “${text}”. Try a part of a name or the last four digits.`}</p>
        ) : null}
      </div>
    </>
  );
}

function useChoices(text: string): Choice[] {
  const navigate = useNavigate();
  const accounts = useAccounts().data ?? [];
  const pages: Choice[] = [
    { key: "cockpit", icon: "cockpit", name: "Cockpit", note: "page", go: () => void navigate({ to: "/" }) },
    { key: "positions", icon: "sheet", name: "Cash position", note: "page", go: () => void navigate({ to: "/positions" }) },
    { key: "statements", icon: "calendar", name: "Statements", note: "page", go: () => void navigate({ to: "/statements" }) },
    { key: "accounts", icon: "account", name: "Accounts", note: "page", go: () => void navigate({ to: "/accounts" }) },
  ];
  const known = accounts.map((account): Choice => {
    const note = [account.bank?.name, account.currency, `…${account.last4}`].filter((part) => part !== undefined).join(" · ");
    const go = () => void navigate({ to: "/accounts/$accountId", params: { accountId: account.id } });
    return { key: account.id, icon: "account", name: account.name, note, go };
  });
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return [...pages, ...known].filter(({ name, note }) => words.every((word) => `${name} ${note}`.toLowerCase().includes(word)));
}

/** A whole number: accounts known under it, and the newest entries with the partner it belongs to. */
function useNumberChoices(text: string): { readonly choices: readonly Choice[]; readonly says: string | undefined } {
  const navigate = useNavigate();
  const names = new Map((useAccounts().data ?? []).map(({ id, name }) => [id, name]));
  const found = useNumber(text);
  if (!looksLikeNumber(text)) return { choices: [], says: undefined };
  if (found.error !== null) return { choices: [], says: `The number could not be looked for: ${found.error.message}` };
  if (found.data === undefined) return { choices: [], says: "Looking for the number …" };
  const to = (accountId: string) => () => void navigate({ to: "/accounts/$accountId", params: { accountId } });
  const accounts = found.data.accounts.map((account): Choice => {
    const note = [account.bank?.name, account.currency, `…${account.last4}`].filter((part) => part !== undefined).join(" · ");
    return { key: `number-${account.id}`, icon: "account", name: account.name, note, go: to(account.id) };
  });
  const entries = found.data.entries.map((entry): Choice => {
    const note = `${entry.bookingDate ?? ""} · ${formatAmount(entry.amount)} ${entry.currency} · ${names.get(entry.accountId) ?? "account"}`;
    const name = entry.counterparty ?? entry.text?.split("\n")[0] ?? `…${entry.counterpartyAccount ?? ""}`;
    return { key: entry.id, icon: "sheet", name, note, go: to(entry.accountId) };
  });
  return { choices: [...accounts, ...entries], says: "No account and no partner has this number." };
}
