import "./desk.css";
import { Navigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useSession } from "../access/session.ts";
import { ErrorNotice, Waiting } from "../kit/notice.tsx";
import { ProofDrawer } from "../proof/proof-drawer.tsx";
import { DropAnywhere } from "../statements/drop-anywhere.tsx";
import { UploadTray } from "../statements/upload-tray.tsx";
import { Palette } from "./palette.tsx";
import { Rail } from "./rail.tsx";
import { TopBar } from "./top-bar.tsx";

/** The desk a person works at: rail, top bar, page; files may be dropped anywhere on it. */
export function Desk({ children }: { readonly children: ReactNode }) {
  const session = useSession();
  const [paletteOpen, setPaletteOpen] = useState(false);
  if (session.isPending) return <Waiting label="Looking up who you are" />;
  if (session.data === null) return <Navigate to="/sign-in" replace />;
  if (session.data === undefined) return <ErrorNotice error={session.error} onRetry={() => void session.refetch()} />;
  return (
    <div className="desk">
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <Rail onSearch={() => setPaletteOpen(true)} />
      <div className="desk-main">
        <TopBar session={session.data} />
        <main id="page" className="desk-page" tabIndex={-1}>
          {children}
        </main>
      </div>
      <ProofDrawer />
      {session.data.permissions.includes("statements:write") ? <DropAnywhere /> : null}
      <UploadTray />
      <Palette opened={paletteOpen} onChange={setPaletteOpen} />
    </div>
  );
}
