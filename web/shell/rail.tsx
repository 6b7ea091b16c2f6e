import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Link, type LinkProps } from "@tanstack/react-router";
import { useMay } from "../access/session.ts";
import { Icon, type IconName } from "../kit/icon.tsx";
import { useUploads } from "../statements/uploads.tsx";

const pages: readonly { readonly to: NonNullable<LinkProps["to"]>; readonly icon: IconName; readonly name: string }[] = [
  { to: "/", icon: "cockpit", name: "Cockpit" },
  { to: "/positions", icon: "sheet", name: "Cash position" },
  { to: "/statements", icon: "calendar", name: "Statements" },
  { to: "/accounts", icon: "account", name: "Accounts" },
  { to: "/banks", icon: "link", name: "Banks" },
  { to: "/categories", icon: "filter", name: "Categories" },
  { to: "/rates", icon: "exchange", name: "Exchange rates" },
  { to: "/approvals", icon: "approve", name: "Approvals" },
  { to: "/access", icon: "person", name: "Access" },
];

const auditPage = { to: "/audit", icon: "seal", name: "Audit" } as const;

export function Rail({ onSearch }: { readonly onSearch: () => void }) {
  const { choose } = useUploads();
  const mayImport = useMay("statements:write");
  const mayAudit = useMay("audit:read");
  const scheme = useComputedColorScheme("light");
  const { setColorScheme } = useMantineColorScheme();
  return (
    <nav className="rail" aria-label="Pages">
      <div className="rail-name">
        <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="#0f5361" />
          <path d="M7 22.5 16 8l9 14.5" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
          <path d="M11.2 19.2h9.6" stroke="#7fd1c4" strokeWidth="2.6" strokeLinecap="round" />
        </svg>
        <span>
          APG<small>Cash Management</small>
        </span>
      </div>
      {(mayAudit ? [...pages, auditPage] : pages).map(({ to, icon, name }) => (
        <Link key={to} to={to} className="rail-item" activeOptions={{ exact: to === "/", includeSearch: false }}>
          <Icon name={icon} />
          {name}
        </Link>
      ))}
      <span className="spacer" />
      {mayImport ? (
        <button type="button" className="rail-item" onClick={choose}>
          <Icon name="upload" />
          Add statements
        </button>
      ) : null}
      <button type="button" className="rail-item" onClick={onSearch}>
        <Icon name="search" />
        Find <kbd>Ctrl K</kbd>
      </button>
      <button type="button" className="rail-item" onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}>
        <Icon name={scheme === "dark" ? "sun" : "moon"} />
        {scheme === "dark" ? "Light" : "Dark"}
      </button>
    </nav>
  );
}
