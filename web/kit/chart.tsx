import { useComputedColorScheme } from "@mantine/core";
import { BarChart, LineChart } from "echarts/charts";
import { AxisPointerComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { connect, type EChartsType, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { EChartsOption } from "echarts/types/dist/shared";
import { useEffect, useRef } from "react";

use([LineChart, BarChart, GridComponent, TooltipComponent, AxisPointerComponent, MarkLineComponent, SVGRenderer]);

export interface Palette {
  readonly ink: string;
  readonly paper: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  readonly unproven: string;
  readonly provisional: string;
  readonly negative: string;
  readonly credit: string;
}

interface ChartProps {
  readonly option: (palette: Palette) => EChartsOption;
  readonly height: number;
  /** What the chart shows, for people who cannot see it. */
  readonly label: string;
  /** Charts of one group share the crosshair. */
  readonly group?: string;
  readonly onDay?: (day: string) => void;
}

/** An ECharts drawing in SVG: sharp in print, and coloured by the page's own tokens in light and dark. */
export function Chart({ option, height, label, group, onDay }: ChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const scheme = useComputedColorScheme("light");

  useEffect(() => {
    if (element.current === null) return;
    const made = init(element.current, null, { renderer: "svg" });
    chart.current = made;
    if (group !== undefined) {
      made.group = group;
      connect(group);
    }
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, [group]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the tokens that the palette reads
  useEffect(() => {
    chart.current?.setOption({ ...option(paletteOf(element.current)), animation: false, aria: { enabled: false } }, { notMerge: true });
  }, [option, scheme]);

  useEffect(() => {
    const made = chart.current;
    if (made === null || onDay === undefined) return;
    const click = (event: { offsetX: number; offsetY: number }) => {
      const [index] = made.convertFromPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY]) ?? [];
      const axis = (made.getOption() as { xAxis?: { data?: string[] }[] }).xAxis?.[0]?.data;
      const day = index === undefined ? undefined : axis?.[Math.round(index)];
      if (day !== undefined) onDay(day);
    };
    made.getZr().on("click", click);
    return () => {
      // The chart may be gone already when the effects of one unmounting page are undone in turn.
      if (!made.isDisposed()) made.getZr().off("click", click);
    };
  }, [onDay]);

  return <div ref={element} role="img" aria-label={label} style={{ height, width: "100%" }} />;
}

function paletteOf(element: HTMLElement | null): Palette {
  const style = getComputedStyle(element ?? document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: token("--ink"),
    paper: token("--paper"),
    muted: token("--ink-3"),
    line: token("--line-2"),
    accent: token("--accent"),
    unproven: token("--unproven"),
    provisional: token("--provisional"),
    negative: token("--negative"),
    credit: token("--sealed"),
  };
}
