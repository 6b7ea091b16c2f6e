/** Icons drawn for these pages on a 16 × 16 grid; decorative, so the control around them carries the name. */
const paths = {
  cockpit: "M2.5 12.5a5.5 5.5 0 0 1 11 0M8 12.5l2.6-4.2M2.5 12.5h11M8 3.5V2",
  sheet: "M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.7h11M6.2 3v10",
  calendar: "M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.3v3M10.5 2.3v3M5.2 9.5h.1M8 9.5h.1M10.8 9.5h.1M5.2 11.7h.1M8 11.7h.1",
  account: "M2.5 6.2 8 2.8l5.5 3.4M3.2 6.2h9.6M4.2 6.4v5M8 6.4v5M11.8 6.4v5M2.6 13.2h10.8",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M10.4 10.4l3.3 3.3",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 4.8V8l2.3 1.6",
  rewind: "M2.6 8a5.4 5.4 0 1 0 1.7-3.9M2.4 2.6v2.9h2.9M8 5.2V8l2 1.3",
  upload: "M8 10.5v-7M5.2 6 8 3.2 10.8 6M2.8 10.2v2.6h10.4v-2.6",
  download: "M8 3v7M5.2 7.6 8 10.4l2.8-2.8M2.8 10.8v2.2h10.4v-2.2",
  copy: "M5.5 5.5h7v8h-7zM10.5 5.3V2.5h-7v8h1.8",
  print: "M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z",
  check: "m3 8.5 3.2 3.2L13 4.8",
  seal: "M8 1.8 9.7 3l2-.2.6 2 1.8 1-.6 2 .6 1.9-1.8 1-.6 2-2-.1L8 14.2l-1.7-1.5-2 .1-.6-2-1.8-1 .6-2-.6-2 1.8-1 .6-2 2 .2zM5.7 8.1l1.7 1.7 3-3.3",
  gap: "M2.5 8h3.2M10.3 8h3.2M7 5.5v5M9 5.5v5",
  break: "M8 2.5 14 13H2zM8 6.4v3.2M8 11.3v.1",
  close: "m4 4 8 8M12 4l-8 8",
  chevron: "m6 3.8 4.2 4.2L6 12.2",
  down: "m3.8 6 4.2 4.2L12.2 6",
  left: "M10 3.8 5.8 8l4.2 4.2",
  file: "M4 2.3h5.2L12 5.2v8.5H4zM9 2.5v3h3",
  link: "M6.8 9.2a2.4 2.4 0 0 0 3.5 0l2.2-2.2a2.4 2.4 0 0 0-3.5-3.5l-.8.9M9.2 6.8a2.4 2.4 0 0 0-3.5 0L3.5 9A2.4 2.4 0 0 0 7 12.5l.8-.9",
  moon: "M13 9.6A5.5 5.5 0 0 1 6.4 3 5.5 5.5 0 1 0 13 9.6",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6M8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1",
  out: "M6.5 13.5h-4v-11h4M7 8h6.5M11 5.3 13.7 8 11 10.7",
  inbox: "M2.5 9.5 4.3 3h7.4l1.8 6.5v3.8h-11zM2.7 9.6h3l.8 1.6h3l.8-1.6h3",
  filter: "M2.5 3.5h11L9.4 8.4v4.2l-2.8 1V8.4z",
  person: "M8 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 8 8M3 13.5c0-2.5 2.2-4 5-4s5 1.5 5 4",
  approve: "M2.5 3h11v10h-11zM5.2 8.2l2 2 3.6-4",
  exchange: "M2.5 5.5h10M10 3l2.8 2.5L10 8M13.5 10.5h-10M6 8l-2.8 2.5L6 13",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 7.4v3.4M8 5.2v.1",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
