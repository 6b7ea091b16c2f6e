import { ActionIcon, Button, Menu, SegmentedControl } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import type { Session } from "../../src/access/contract.ts";
import { useSignOut, useSwitchTenant } from "../access/session.ts";
import { addDays, localMoment, todayText, weekdayName, weekLabel } from "../kit/days.ts";
import { Icon } from "../kit/icon.tsx";
import { useDay } from "../positions/use-day.ts";
import { KnownAt } from "./known-at.tsx";
import { useView } from "./view.ts";

export function TopBar({ session }: { readonly session: Session }) {
  const { view, basis, change } = useView();
  return (
    <header>
      <div className="top">
        <TenantMenu session={session} />
        <span className="spacer" />
        <AsOf />
        <KnownAt />
        <SegmentedControl
          size="xs"
          aria-label="Basis: by booking date or by value date"
          value={basis}
          onChange={(next) => change({ basis: next === "value" ? "value" : undefined })}
          data={[
            { value: "booking", label: "Booking" },
            { value: "value", label: "Value" },
          ]}
        />
        <PersonMenu session={session} />
      </div>
      {view.knownAt === undefined ? null : (
        <div className="past" role="status">
          <Icon name="rewind" />
          <span>
            Every figure is shown <strong>as it was known on {localMoment(view.knownAt, true)}</strong>. What arrived later is left out.
          </span>
          <Button size="compact-xs" variant="default" onClick={() => change({ knownAt: undefined })}>
            Back to now
          </Button>
        </div>
      )}
    </header>
  );
}

function AsOf() {
  const { change } = useView();
  const { day, isToday } = useDay();
  const to = (next: string | null) => change({ asOf: next === null || next === todayText() ? undefined : next });
  return (
    <div className="top-group">
      <span className="top-label">As of</span>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label="One day earlier" onClick={() => to(addDays(day, -1))}>
        <Icon name="left" size={14} />
      </ActionIcon>
      <DatePickerInput
        size="xs"
        w={104}
        aria-label={`As of ${day}; choose a day`}
        value={day}
        onChange={to}
        valueFormat="YYYY-MM-DD"
        withWeekNumbers
        popoverProps={{ position: "bottom" }}
      />
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label="One day later" onClick={() => to(addDays(day, 1))}>
        <Icon name="chevron" size={14} />
      </ActionIcon>
      <span className="top-week">
        {weekdayName(day)} {weekLabel(day)}
        {isToday ? " · today" : ""}
      </span>
    </div>
  );
}

function TenantMenu({ session }: { readonly session: Session }) {
  const change = useSwitchTenant();
  const others = session.tenants.filter((tenant) => tenant.id !== session.tenant.id);
  if (others.length === 0) return <span className="tenant">{session.tenant.name}</span>;
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <button type="button" className="plain tenant" aria-label={`Tenant ${session.tenant.name}; change`}>
          <span className="state">
            {session.tenant.name} <Icon name="down" size={13} />
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Work as another tenant</Menu.Label>
        {others.map((tenant) => (
          <Menu.Item key={tenant.id} onClick={() => change.mutate(tenant.id)}>
            {tenant.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function PersonMenu({ session }: { readonly session: Session }) {
  const signOut = useSignOut();
  const initials = session.actor.name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .slice(0, 2)
    .join("");
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="light" radius="xl" size={30} aria-label={`Signed in as ${session.actor.name}`} title={session.actor.name}>
          <span style={{ fontSize: 12, fontWeight: 600 }}>{initials.toUpperCase()}</span>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session.actor.name}
          <br />
          {[session.actor.email, session.role].filter((part) => part !== null).join(" · ")}
        </Menu.Label>
        <Menu.Item leftSection={<Icon name="out" />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
