import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { UploadedFile } from "../../../src/statements/contract.ts";
import type { StatementPreview } from "../../../src/statements/preview/contract.ts";
import { useAccounts } from "../../accounts/queries.ts";
import { formatCount } from "../../kit/money.ts";
import { ErrorNotice } from "../../kit/notice.tsx";
import { type Source, saveProfile } from "./source.ts";
import type { Reading } from "./use-reading.ts";

const byNumber = "number";

/** Whose the file is where it does not say, and the two things to do with it: keep how it is read, and import it. */
export function TakeOver({
  source,
  preview,
  reading,
}: {
  readonly source: Source;
  readonly preview: StatementPreview;
  readonly reading: Reading;
}) {
  const { terms, say } = reading;
  const accounts = useAccounts();
  const queries = useQueryClient();
  const [numbered, setNumbered] = useState(false);
  const [name, setName] = useState("");
  const saving = useMutation({
    mutationFn: () =>
      saveProfile({
        name,
        accountId: terms.accountId ?? null,
        currency: terms.accountId === undefined ? (terms.currency ?? null) : null,
        table: preview.table?.choices ?? {},
      }),
  });
  const importing = useMutation({
    mutationFn: () => source.import(terms),
    onSuccess: () =>
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" && queryKey[0] !== "preview" }),
  });
  const stated =
    preview.statements.length > 0 &&
    preview.statements.every(({ account }) => account !== null) &&
    terms.accountId === undefined &&
    !numbered;
  const missing = [...preview.questions.map(({ about }) => about)];
  const ready = preview.accepted && missing.length === 0 && !reading.preview.isPlaceholderData;
  if (importing.data !== undefined) return <Done file={importing.data} />;
  return (
    <section className="panel reading-take" aria-label="Import">
      <NativeSelect
        size="xs"
        label="Account"
        value={numbered ? byNumber : (terms.accountId ?? "")}
        data={[
          { value: "", label: stated ? "as the file says" : "choose …" },
          ...(accounts.data ?? []).map(({ id, name: label, last4, currency }) => ({ value: id, label: `${label} …${last4} ${currency}` })),
          { value: byNumber, label: "another account, by its number" },
        ]}
        onChange={(event) => {
          const { value } = event.currentTarget;
          setNumbered(value === byNumber);
          say({ accountId: value === "" || value === byNumber ? undefined : value, account: undefined, currency: undefined } as object);
        }}
      />
      {numbered ? (
        <TextInput
          size="xs"
          label="Number"
          placeholder="IBAN or the bank's number"
          defaultValue={terms.account ?? ""}
          onBlur={(event) =>
            say({ account: event.currentTarget.value.trim().length < 4 ? undefined : event.currentTarget.value.trim() } as object)
          }
        />
      ) : null}
      {terms.accountId === undefined && (missing.includes("currency") || terms.currency !== undefined) ? (
        <TextInput
          size="xs"
          label="Currency"
          placeholder="EUR"
          maxLength={3}
          defaultValue={terms.currency ?? ""}
          onChange={(event) => {
            const code = event.currentTarget.value.toUpperCase();
            say({ currency: /^[A-Z]{3}$/.test(code) ? code : undefined } as object);
          }}
        />
      ) : null}
      <Button size="xs" disabled={!ready} loading={importing.isPending} onClick={() => importing.mutate()}>
        Import {preview.accepted ? `${formatCount(preview.statements.reduce((sum, { entries }) => sum + entries, 0))} entries` : ""}
      </Button>
      {missing.length === 0 ? null : (
        <p className="muted reading-missing">First: {missing.map((about) => missingWords[about]).join(", ")}</p>
      )}
      {importing.error === null ? null : <ErrorNotice error={importing.error} />}
      {preview.table === null ? null : (
        <form
          className="reading-profile"
          onSubmit={(event) => {
            event.preventDefault();
            saving.mutate();
          }}
        >
          <TextInput
            size="xs"
            label="Keep as a profile: the next file with these columns is read so"
            placeholder="Name, such as Hausbank CSV"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button
            size="xs"
            type="submit"
            variant="default"
            disabled={name.trim() === "" || !preview.accepted || missing.includes("dayOrder") || missing.includes("decimal")}
            loading={saving.isPending}
          >
            Save profile
          </Button>
          {saving.data === undefined ? null : <p className="reading-ok reading-missing">“{saving.data.name}” is saved.</p>}
          {saving.error === null ? null : <ErrorNotice error={saving.error} />}
        </form>
      )}
    </section>
  );
}

const missingWords = {
  dayOrder: "the order of days",
  decimal: "the decimal sign",
  account: "the account",
  currency: "the currency",
} as const;

function Done({ file }: { readonly file: UploadedFile }) {
  return (
    <section className="panel reading-take" aria-label="Import">
      <p>
        <strong className={file.outcome === "imported" ? "reading-ok" : "muted"}>
          {file.outcome === "imported" ? "Imported" : "Known already"}
        </strong>
        : {formatCount(file.entries)} entries, {formatCount(file.newEntries)} new.{" "}
        {file.statements.map(({ accountId, account }) =>
          accountId === null ? null : (
            <Link key={accountId} to="/accounts/$accountId" params={{ accountId }} className="link">
              Account …{account}
            </Link>
          ),
        )}
      </p>
    </section>
  );
}
