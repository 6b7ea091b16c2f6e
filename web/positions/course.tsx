import type { EChartsOption } from "echarts/types/dist/shared";
import { useCallback } from "react";
import type { PositionState } from "../../src/positions/contract.ts";
import { Chart, type Palette } from "../kit/chart.tsx";
import { weekdayName, weekLabel } from "../kit/days.ts";
import { numberForDrawing } from "../kit/decimal.ts";
import { axisLabel, formatAmount } from "../kit/money.ts";

export interface CoursePoint {
  readonly day: string;
  readonly amount: string;
  readonly state: PositionState;
}

interface CourseProps {
  readonly points: readonly CoursePoint[];
  readonly currency: string;
  readonly name: string;
  readonly height?: number;
  readonly group?: string;
  readonly onDay?: (day: string) => void;
}

/** A balance over time, as steps because it holds until the next day's close; what is not sealed is dashed. */
export function Course({ points, currency, name, height = 150, group, onDay }: CourseProps) {
  const option = useCallback((palette: Palette) => courseOption(points, currency, palette), [points, currency]);
  const last = points.at(-1);
  return (
    <Chart
      option={option}
      height={height}
      label={`Course of ${name} in ${currency}${last === undefined ? "" : `, ${currency} ${formatAmount(last.amount)} on ${last.day}`}`}
      {...(group === undefined ? {} : { group })}
      {...(onDay === undefined ? {} : { onDay })}
    />
  );
}

function courseOption(points: readonly CoursePoint[], currency: string, palette: Palette): EChartsOption {
  const values = points.map(({ amount }) => numberForDrawing(amount));
  const proven = points.map(({ state }) => state === "sealed" || state === "empty");
  // The dashed line starts at the last proven point, so the two lines join.
  const isLoose = (index: number) => proven[index] === false || proven[index + 1] === false;
  const negative = values.some((value) => value < 0);
  const line = (data: (number | null)[], type: "solid" | "dashed", color: string) => ({
    type: "line" as const,
    step: "end" as const,
    data,
    showSymbol: false,
    lineStyle: { width: 1.6, type, color },
    itemStyle: { color },
    emphasis: { disabled: true },
    ...(type === "solid" ? { areaStyle: { color, opacity: 0.07, origin: "auto" as const } } : {}),
  });
  return {
    grid: { left: 4, right: 10, top: 10, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category",
      data: points.map(({ day }) => day),
      boundaryGap: false,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.line } },
      axisLabel: {
        color: palette.muted,
        fontSize: 10.5,
        hideOverlap: true,
        interval: (_, day) => day.endsWith("-01"),
        formatter: (day) => day.slice(0, 7),
      },
    },
    yAxis: {
      type: "value",
      scale: true,
      splitNumber: 3,
      axisLabel: { color: palette.muted, fontSize: 10.5, formatter: axisLabel },
      splitLine: { lineStyle: { color: palette.line } },
    },
    tooltip: {
      trigger: "axis",
      confine: true,
      transitionDuration: 0,
      backgroundColor: palette.paper,
      borderColor: palette.line,
      textStyle: { color: palette.ink, fontSize: 12 },
      axisPointer: { type: "line", lineStyle: { color: palette.muted, type: "dotted" } },
      formatter: (parameters) => tip(points[(Array.isArray(parameters) ? parameters[0] : parameters)?.dataIndex ?? -1], currency),
    },
    series: [
      {
        ...line(
          values.map((value, index) => (proven[index] === true ? value : null)),
          "solid",
          palette.accent,
        ),
        ...(negative
          ? {
              markLine: {
                silent: true,
                symbol: "none",
                label: { show: false },
                lineStyle: { color: palette.negative, type: "solid" },
                data: [{ yAxis: 0 }],
              },
            }
          : {}),
      },
      line(
        values.map((value, index) => (isLoose(index) ? value : null)),
        "dashed",
        palette.unproven,
      ),
    ],
  };
}

/** Days, states and formatted amounts only: nothing here comes from a bank's free text. */
function tip(point: CoursePoint | undefined, currency: string): string {
  if (point === undefined) return "";
  return `${weekdayName(point.day)} ${point.day} ${weekLabel(point.day)}<br><b>${currency} ${formatAmount(point.amount)}</b> ${point.state}`;
}
