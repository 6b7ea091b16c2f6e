import { Button, Group, NativeSelect, PasswordInput, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { BankConnection, ConnectionKind, ConnectionSettings } from "../../src/banks/connections/contract.ts";
import { Outcome } from "../access/outcome.tsx";
import { isWaiting } from "../access/queries.ts";
import { useRemove, useSave } from "./queries.ts";

const kinds: readonly { readonly value: ConnectionKind; readonly label: string }[] = [
  { value: "sftp", label: "SFTP server of the bank" },
  { value: "folder", label: "Watched folder" },
  { value: "mail", label: "Mail folder" },
  { value: "upload", label: "Brought over HTTPS" },
];

/** Adds a connection, or changes one: credentials that are left empty stay as they are. */
export function ConnectionForm({ connection, onDone }: { readonly connection: BankConnection | null; readonly onDone: () => void }) {
  const save = useSave();
  const remove = useRemove();
  const [kind, setKind] = useState<ConnectionKind>(connection?.kind ?? "sftp");
  const [after, setAfter] = useState<string>(connection?.settings.after ?? "leave");
  const settings = connection?.settings;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const wanted = read(form, kind, after, settings?.settleSeconds);
    const answered = (answer: object) => {
      if (!isWaiting(answer)) onDone();
    };
    if (connection === null) save.mutate({ ...wanted, kind, bank: { name: text(form, "bank") ?? "" } }, { onSuccess: answered });
    else save.mutate({ ...wanted, id: connection.id }, { onSuccess: answered });
  };
  return (
    <form aria-label="Connection" onSubmit={submit}>
      <div className="bank-form">
        {connection === null ? (
          <>
            <TextInput name="bank" label="Bank" description="Name or BIC; a new one is added" required />
            <NativeSelect
              label="How files come"
              description="The way of this connection"
              data={[...kinds]}
              value={kind}
              onChange={(event) => setKind(event.currentTarget.value as ConnectionKind)}
            />
          </>
        ) : null}
        <TextInput name="name" label="Name" className="wide" required defaultValue={connection?.name ?? ""} />
        {kind === "sftp" ? <SftpFields settings={settings} isNew={connection === null} /> : null}
        {kind === "upload" ? (
          <TextInput
            name="apiKeyId"
            label="API key"
            className="wide"
            description="Id of the one key that may bring files; any key that may import when empty"
            defaultValue={connection?.apiKeyId ?? ""}
          />
        ) : (
          <PlaceFields kind={kind} settings={settings} after={after} onAfter={setAfter} schedule={connection?.schedule ?? ""} />
        )}
        <TextInput
          name="expectedBy"
          label="Expected by"
          description="HH:MM of the next business day"
          placeholder="07:30"
          defaultValue={connection?.expectedBy ?? ""}
        />
        <TextInput
          name="timeZone"
          label="Time zone"
          description="The bank's when empty"
          placeholder="Europe/Berlin"
          defaultValue={connection?.timeZone ?? ""}
        />
        <TextInput
          name="slaMinutes"
          label="Late after, minutes"
          type="number"
          min={0}
          max={10080}
          defaultValue={connection?.slaMinutes ?? 60}
        />
      </div>
      <Outcome error={save.error ?? remove.error} answer={save.data ?? remove.data} />
      <Group mt="md" justify="space-between">
        {connection === null ? (
          <span />
        ) : (
          <Button
            variant="subtle"
            color="red"
            size="xs"
            loading={remove.isPending}
            onClick={() => remove.mutate(connection.id, { onSuccess: (answer) => (isWaiting(answer) ? undefined : onDone()) })}
          >
            Remove
          </Button>
        )}
        <Button type="submit" size="xs" loading={save.isPending}>
          {connection === null ? "Connect" : "Save"}
        </Button>
      </Group>
    </form>
  );
}

function SftpFields({ settings, isNew }: { readonly settings: ConnectionSettings | undefined; readonly isNew: boolean }) {
  const kept = isNew ? "" : "Left empty, what is kept stays";
  return (
    <>
      <TextInput name="host" label="Host" required defaultValue={settings?.host ?? ""} />
      <TextInput name="port" label="Port" type="number" min={1} max={65535} placeholder="22" defaultValue={settings?.port ?? ""} />
      <TextInput name="username" label="User name at the bank" required defaultValue={settings?.username ?? ""} />
      <PasswordInput name="password" label="Password" description={kept} autoComplete="new-password" />
      <Textarea name="privateKey" label="or private key" className="wide" description="OpenSSH or PEM" autosize minRows={2} maxRows={6} />
      <PasswordInput name="passphrase" label="Passphrase of the key" className="wide" autoComplete="new-password" />
    </>
  );
}

function PlaceFields(props: {
  readonly kind: ConnectionKind;
  readonly settings: ConnectionSettings | undefined;
  readonly after: string;
  readonly onAfter: (after: string) => void;
  readonly schedule: string;
}) {
  const { kind, settings } = props;
  return (
    <>
      <TextInput
        name="path"
        label="Folder"
        className="wide"
        description={kind === "sftp" ? "At the bank" : "Below your own on the machine of this program"}
        defaultValue={settings?.path ?? ""}
      />
      {kind === "mail" ? (
        <TextInput
          name="senders"
          label="Senders"
          className="wide"
          required
          description="Addresses, or @domain, apart by blanks"
          defaultValue={settings?.senders?.join(" ") ?? ""}
        />
      ) : null}
      <TextInput
        name="patterns"
        label={kind === "mail" ? "Attachments" : "Files"}
        description="Such as *.xml *.sta; all when empty"
        defaultValue={settings?.patterns?.join(" ") ?? ""}
      />
      <TextInput
        name="schedule"
        label="Schedule"
        description='"every 15m", or five cron fields; empty: by hand'
        defaultValue={props.schedule}
      />
      <NativeSelect
        label="Once imported"
        data={[
          { value: "leave", label: "leave it at the bank" },
          { value: "move", label: "move it" },
          { value: "delete", label: "delete it at the bank" },
        ]}
        value={props.after}
        onChange={(event) => props.onAfter(event.currentTarget.value)}
      />
      {props.after === "move" ? <TextInput name="moveTo" label="Move to" required defaultValue={settings?.moveTo ?? "done"} /> : <span />}
    </>
  );
}

function read(form: FormData, kind: ConnectionKind, after: string, settleSeconds: number | undefined) {
  const list = (name: string) => text(form, name)?.split(/[\s,;]+/);
  const given: Record<keyof ConnectionSettings, unknown> = {
    host: text(form, "host"),
    port: number(form, "port"),
    username: text(form, "username"),
    path: text(form, "path"),
    senders: list("senders"),
    patterns: list("patterns"),
    after: kind === "upload" || after === "leave" ? undefined : after,
    moveTo: text(form, "moveTo"),
    settleSeconds,
  };
  const credentials = defined({
    password: text(form, "password"),
    privateKey: text(form, "privateKey"),
    passphrase: text(form, "passphrase"),
  });
  return {
    name: text(form, "name") ?? "",
    settings: defined(given) as ConnectionSettings,
    schedule: text(form, "schedule") ?? null,
    expectedBy: text(form, "expectedBy") ?? null,
    timeZone: text(form, "timeZone") ?? null,
    slaMinutes: number(form, "slaMinutes") ?? 60,
    apiKeyId: text(form, "apiKeyId") ?? null,
    ...(Object.keys(credentials).length === 0 ? {} : { credentials }),
  };
}

function text(form: FormData, name: string): string | undefined {
  const value = String(form.get(name) ?? "").trim();
  return value === "" ? undefined : value;
}

function number(form: FormData, name: string): number | undefined {
  const value = text(form, name);
  return value === undefined ? undefined : Number(value);
}

function defined<T extends object>(given: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}
