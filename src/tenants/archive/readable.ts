import type { ReadableColumns } from "./tables.ts";

/** No table keeps encrypted columns yet. */
export const readableColumns: ReadableColumns = async () => null;
