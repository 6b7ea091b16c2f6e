import { absolute, isNegative } from "./decimal.ts";

/** "-1234567.50" → "(1,234,567.50)": grouped, negatives in parentheses, every digit the bank stated. */
export function formatAmount(amount: string): string {
  const grouped = groupDigits(absolute(amount));
  return isNegative(amount) ? `(${grouped})` : grouped;
}

/** For a change: "+1,250.00", "(310.00)", "0.00". */
export function formatChange(amount: string): string {
  const formatted = formatAmount(amount);
  return isNegative(amount) || /^[0.,]*$/.test(formatted) ? formatted : `+${formatted}`;
}

/** As a screen reader should say it: "minus 1,234.50 EUR". */
export function spokenAmount(amount: string, currency: string): string {
  return `${isNegative(amount) ? "minus " : ""}${groupDigits(absolute(amount))} ${currency}`;
}

/** Short form for axes only ("1.2 m", "(340 k)"): an axis is a scale, not a figure. */
export function axisLabel(value: number): string {
  const size = Math.abs(value);
  const [divisor, unit] = size >= 1e9 ? [1e9, " bn"] : size >= 1e6 ? [1e6, " m"] : size >= 1e3 ? [1e3, " k"] : [1, ""];
  const digits = (size / divisor).toFixed(size / divisor >= 100 || Number.isInteger(size / divisor) ? 0 : 1);
  return value < 0 ? `(${digits}${unit})` : `${digits}${unit}`;
}

export function formatCount(count: number): string {
  return groupDigits(String(count));
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

function groupDigits(unsigned: string): string {
  const [whole = "", fraction] = unsigned.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
