import { guided, type SettingGroup } from "../setting.ts";

export const locale: SettingGroup = {
  title: "Dates, language and formats",
  settings: [
    {
      name: "datestyle",
      guide: guided("S122", "iso, mdy"),
      value: () => "ISO, YMD",
      why: "with mdy, 03/04/2026 is read as the 4th of March; a date is written as ISO 8601 or refused",
    },
    {
      name: "timezone",
      guide: guided("S123", "UTC"),
      value: () => "UTC",
      why: "moments are timestamptz; a bank's zone is data of the bank",
    },
    {
      name: "lc_messages",
      guide: guided("S124", "en_US.UTF-8"),
      value: () => "C",
      why: "logs that every tool reads, on every machine: a locale the system lacks keeps the server from starting",
    },
    { name: "lc_monetary", guide: guided("S125", "en_US.UTF-8"), value: () => "C", why: "formatting of money is the page's" },
    { name: "lc_numeric", guide: guided("S126", "en_US.UTF-8"), value: () => "C", why: "formatting of numbers is the page's" },
    { name: "lc_time", guide: guided("S127", "en_US.UTF-8"), value: () => "C", why: "formatting of days is the page's" },
  ],
};
