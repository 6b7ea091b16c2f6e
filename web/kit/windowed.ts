import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";

/**
 * The rows of a long table that are on the screen, and the heights of those before and after. Tables of up to `whole` rows are
 * drawn whole, so that the browser's own search and print see every row.
 */
export function useWindowed<Row>(rows: readonly Row[], rowHeight: number, whole = 300) {
  const scroll = useRef<HTMLDivElement>(null);
  const enabled = rows.length > whole;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 20,
    enabled,
  });
  const items = virtual.getVirtualItems();
  return {
    scroll,
    shown: enabled ? items.map(({ index }) => rows[index]).filter((row) => row !== undefined) : rows,
    before: enabled ? (items[0]?.start ?? 0) : 0,
    after: enabled ? Math.max(0, virtual.getTotalSize() - (items.at(-1)?.end ?? 0)) : 0,
  };
}
