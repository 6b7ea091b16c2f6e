/** Rows for Excel: plain decimals with every digit, no grouping, no parentheses, so that what is pasted is exact. */
export type Cells = readonly (readonly (string | null)[])[];

/** Tab-separated text and an HTML table together: Excel takes the table, everything else the text. */
export async function copyCells(cells: Cells): Promise<void> {
  const text = cells.map((row) => row.map((cell) => (cell ?? "").replace(/[\t\r\n]+/g, " ")).join("\t")).join("\r\n");
  const html = `<table>${cells.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell ?? "")}</td>`).join("")}</tr>`).join("")}</table>`;
  if (typeof ClipboardItem === "undefined" || navigator.clipboard === undefined) return copyByEvent(text, html);
  await navigator.clipboard.write([
    new ClipboardItem({ "text/plain": new Blob([text], { type: "text/plain" }), "text/html": new Blob([html], { type: "text/html" }) }),
  ]);
}

export function downloadCsv(name: string, cells: Cells): void {
  const csv = cells.map((row) => row.map(csvCell).join(",")).join("\r\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`\uFEFF${csv}\r\n`], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** RFC 4180; a text that a spreadsheet would run as a formula gets an apostrophe, an amount never does. */
export function csvCell(cell: string | null): string {
  const text = cell ?? "";
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The clipboard object exists only on https and localhost; the copy event works everywhere. */
function copyByEvent(text: string, html: string): void {
  const fill = (event: ClipboardEvent) => {
    event.preventDefault();
    event.clipboardData?.setData("text/plain", text);
    event.clipboardData?.setData("text/html", html);
  };
  document.addEventListener("copy", fill, { once: true });
  document.execCommand("copy");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
