import "./upload.css";
import { useMay } from "../access/session.ts";
import { Icon } from "../kit/icon.tsx";
import { useUploads } from "./uploads.tsx";

/** The visible place to drop files; dropping anywhere else on the page does the same. */
export function DropZone() {
  const { choose } = useUploads();
  if (!useMay("statements:write")) return null;
  return (
    <button type="button" className="plain dropzone" onClick={choose}>
      <Icon name="upload" size={22} />
      <span>
        <strong>Drop statement files or folders anywhere on this page</strong>, or click to choose them.
        <br />
        camt.053, camt.052, MT940, MT942, BAI2, OFX, CODA, CFONB, Norma 43: recognised by content, imported whole or not at all, and never
        twice.
      </span>
    </button>
  );
}
