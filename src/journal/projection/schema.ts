import audit from "../sql/audit.sql" with { type: "text" };
import index1 from "../sql/index-1.sql" with { type: "text" };
import reconciling from "../sql/reconciling.sql" with { type: "text" };
import sending from "../sql/sending.sql" with { type: "text" };

/** The projection has no migrations: one of another version is dropped and made anew from the log. */
export const VERSION = 4;

/** All tables of this version, in one text. */
export const TABLES: string = [index1, sending, reconciling, audit].join("\n");

/** The schema as the step to that version: files of those before are removed first. */
export const SCHEMA: readonly string[] = [...Array<string>(VERSION - 1).fill("SELECT 1"), TABLES];
