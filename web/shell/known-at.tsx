import { Button, Popover } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { useState } from "react";
import { addDays, localMoment, previousWeekday, timeZoneName, todayText } from "../kit/days.ts";
import { Icon } from "../kit/icon.tsx";
import { useView } from "./view.ts";

/** The time machine: every figure as it was known at a moment of the past. */
export function KnownAt() {
  const { view, change } = useView();
  const [opened, setOpened] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const go = (local: string | null) => {
    setOpened(false);
    change({ knownAt: local === null ? undefined : new Date(local.replace(" ", "T")).toISOString() });
  };
  const current = view.knownAt === undefined ? null : `${localMoment(view.knownAt, true)}`;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus withArrow shadow="md">
      <Popover.Target>
        <Button
          size="compact-sm"
          variant={view.knownAt === undefined ? "default" : "light"}
          leftSection={<Icon name="rewind" size={14} />}
          onClick={() => setOpened(!opened)}
          aria-label={`Known at ${current ?? "now"}; choose a moment`}
        >
          {view.knownAt === undefined ? "Known now" : `Known ${localMoment(view.knownAt)}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          style={{ display: "grid", gap: 10, width: 280 }}
          onSubmit={(event) => {
            event.preventDefault();
            if (typed !== null || current !== null) go(typed ?? current);
          }}
        >
          <DateTimePicker
            size="xs"
            label="Show every figure as it was known at"
            description={timeZoneName()}
            value={typed ?? current}
            onChange={setTyped}
            valueFormat="YYYY-MM-DD HH:mm:ss"
            withSeconds
            withWeekNumbers
            maxDate={addDays(todayText(), 1)}
            popoverProps={{ withinPortal: false }}
            placeholder="YYYY-MM-DD HH:MM:SS"
          />
          <div style={{ display: "flex", gap: 6, flexWrap: "wrap" }}>
            <Button size="compact-xs" variant="default" onClick={() => go(`${todayText()} 09:00:00`)}>
              Today 09:00
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => go(`${previousWeekday(todayText())} 18:00:00`)}>
              Last business day 18:00
            </Button>
          </div>
          <div style={{ display: "flex", gap: 8 }}>
            <Button type="submit" size="compact-sm" disabled={typed === null && current === null}>
              Show
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => go(null)}>
              Now
            </Button>
          </div>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
