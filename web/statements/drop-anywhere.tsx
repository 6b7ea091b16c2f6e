import "./upload.css";
import { useEffect, useState } from "react";
import { Icon } from "../kit/icon.tsx";
import { useUploads } from "./uploads.tsx";

/** Statement files may be dropped on any page; a veil says so while they are held over it. */
export function DropAnywhere() {
  const { add } = useUploads();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const drag = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    // relatedTarget is null only when the pointer leaves the window, not when it passes from element to element.
    const leave = (event: DragEvent) => (event.relatedTarget === null ? setOver(false) : undefined);
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(false);
      void droppedFiles(event.dataTransfer).then(add);
    };
    window.addEventListener("dragover", drag);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", drag);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, [add]);
  if (!over) return null;
  return (
    <div className="drop-veil">
      <div>
        <Icon name="upload" size={30} />
        <strong>Drop the statement files</strong>
        <span className="muted">
          camt.053, camt.052, MT940, MT942, BAI2, OFX, CODA, CFONB or Norma 43, recognised by content; folders too
        </span>
      </div>
    </div>
  );
}

/** The files of a drop, those inside folders among them. */
async function droppedFiles(transfer: DataTransfer | null): Promise<File[]> {
  if (transfer === null) return [];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  if (entries.every((entry) => entry === null || entry.isFile)) return [...transfer.files];
  return (await Promise.all(entries.map((entry) => (entry === null ? [] : filesUnder(entry))))).flat();
}

async function filesUnder(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  // A reader hands out at most a hundred entries a call, and an empty list at the end.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return files;
    for (const child of entries) files.push(...(await filesUnder(child)));
  }
}
