import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import type { UploadedFile } from "../../src/statements/contract.ts";
import type { ApiProblem } from "../kit/api.ts";
import { uploadFile } from "./upload-file.ts";

/** A file on its way in: waiting, sent to `progress`, then what became of it. */
export interface Upload {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  readonly state: "waiting" | "sending" | "reading" | "done" | "failed";
  readonly progress: number;
  readonly result: UploadedFile | null;
  readonly problem: ApiProblem | null;
}

interface Uploads {
  readonly uploads: readonly Upload[];
  readonly add: (files: readonly File[]) => void;
  readonly retry: (id: number) => void;
  readonly clear: () => void;
  /** Opens the browser's file chooser. */
  readonly choose: () => void;
}

const Context = createContext<Uploads | null>(null);
const atOnce = 2;

export function useUploads(): Uploads {
  const uploads = useContext(Context);
  if (uploads === null) throw new Error("useUploads needs an UploadProvider above it");
  return uploads;
}

/** The queue of files; it outlives the pages, so an upload goes on while the person looks elsewhere. */
export function UploadProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const files = useRef(new Map<number, File>());
  const queue = useRef<number[]>([]);
  const running = useRef(0);
  const lastId = useRef(0);
  const input = useRef<HTMLInputElement>(null);

  const update = useCallback((id: number, change: Partial<Upload>) => {
    setUploads((all) => all.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)));
  }, []);

  const pump = useCallback(() => {
    while (running.current < atOnce && queue.current.length > 0) {
      const id = queue.current.shift() ?? 0;
      const file = files.current.get(id);
      if (file === undefined) continue;
      running.current += 1;
      update(id, { state: "sending", problem: null, progress: 0 });
      uploadFile(file, (progress) => update(id, { progress, state: progress >= 1 ? "reading" : "sending" }))
        .then((result) => update(id, { state: "done", result }))
        .catch((problem: ApiProblem) => update(id, { state: "failed", problem }))
        .finally(() => {
          running.current -= 1;
          if (running.current === 0 && queue.current.length === 0)
            void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
          pump();
        });
    }
  }, [queries, update]);

  const value = useMemo((): Uploads => {
    const start = (ids: readonly number[]) => {
      queue.current.push(...ids);
      pump();
    };
    return {
      uploads,
      add: (added) => {
        const fresh = added.map((file): Upload => {
          lastId.current += 1;
          files.current.set(lastId.current, file);
          return { id: lastId.current, name: file.name, bytes: file.size, state: "waiting", progress: 0, result: null, problem: null };
        });
        setUploads((all) => [...fresh, ...all]);
        start(fresh.map((upload) => upload.id));
      },
      retry: (id) => start([id]),
      clear: () => setUploads((all) => all.filter((upload) => upload.state !== "done" && upload.state !== "failed")),
      choose: () => input.current?.click(),
    };
  }, [uploads, pump]);

  return (
    <Context value={value}>
      {children}
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Statement files"
        onChange={(event) => {
          value.add([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </Context>
  );
}
