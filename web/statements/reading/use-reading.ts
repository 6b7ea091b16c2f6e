import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { StatementPreview } from "../../../src/statements/preview/contract.ts";
import type { ReadTerms, TableChoices } from "../../../src/statements/profiles/contract.ts";
import type { Source } from "./source.ts";
import type { Role } from "./words.ts";

/** The terms a person has chosen so far, and what the server makes of the file with them: asked anew at each change. */
export function useReading(source: Source) {
  const [terms, setTerms] = useState<ReadTerms>({});
  const preview = useQuery({
    queryKey: ["preview", source.key, terms],
    queryFn: ({ signal }) => source.preview(terms, signal),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const table = preview.data?.table ?? null;
  /** From a profile that was found, a person goes on with all of it, its account among that. */
  const choose = (change: TableChoices) =>
    setTerms((now) => {
      const profileId = now.profileId ?? table?.savedProfileId ?? undefined;
      const before = now.table ?? (profileId === undefined || table === null ? {} : table.choices);
      return { ...now, ...(profileId === undefined ? {} : { profileId }), table: without({ ...before, ...change }) };
    });
  return {
    terms,
    preview,
    choose,
    /** What other columns hold follows from a new header. */
    chooseHeader: (headerLine: number | null) => choose({ headerLine, columns: undefined } as unknown as TableChoices),
    chooseRole: (position: number, role: Role | null) => {
      if (table !== null) choose({ columns: withRole(table, position, role) });
    },
    say: (change: Partial<ReadTerms>) => setTerms((now) => without({ ...now, ...change }) as ReadTerms),
    startAgain: () => setTerms({}),
  };
}

export type Reading = ReturnType<typeof useReading>;

/** The column chosen last counts before others of its role. */
function withRole(table: NonNullable<StatementPreview["table"]>, position: number, role: Role | null) {
  return table.columns.map((column) => {
    const { header } = column;
    if (column.position === position) return { header, position, role, order: 0 };
    const later = role !== null && column.role === role && role !== "text" ? 1 : 0;
    return { header, position: column.position, role: column.role, order: column.order + later };
  });
}

function without<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
