import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type Cells, copyCells, downloadCsv } from "./export.ts";
import { Icon } from "./icon.tsx";

/** Copy for Excel and CSV of what the table shows, filter and grouping included. */
export function ExportButtons({ name, cells }: { readonly name: string; readonly cells: () => Cells }) {
  const copy = () =>
    copyCells(cells())
      .then(() => notifications.show({ message: "Copied: paste into Excel, every digit is there.", autoClose: 2500 }))
      .catch(() => notifications.show({ color: "red", message: "The browser did not allow copying. Use CSV instead." }));
  return (
    <>
      <Button size="compact-sm" variant="default" leftSection={<Icon name="copy" size={14} />} onClick={() => void copy()}>
        Copy
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Icon name="download" size={14} />}
        onClick={() => downloadCsv(`${name}.csv`, cells())}
      >
        CSV
      </Button>
    </>
  );
}
