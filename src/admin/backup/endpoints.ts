import { type Static, Type } from "@sinclair/typebox";
import { type ProblemCode, problem } from "../../base/problems.ts";
import type { BackupRefused } from "../../journal/backup.ts";
import { json } from "../answers.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { noQuery } from "../schemas.ts";

/** Backups that may be kept: more is somebody's archive, on another disk. */
export const BACKUPS_KEPT_MAX = 1_000;

/** No path: a caller of the API, who may be a stolen key, chooses nothing of what is written where. */
const backupBody = Type.Object(
  {
    keep: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: BACKUPS_KEPT_MAX,
        description:
          "how many backups stay, this one included; older ones are removed once it is made. Default: all stay",
      }),
    ),
  },
  { additionalProperties: false },
);

const BackupView = Type.Object(
  {
    file: Type.String({ description: "path of the one file, on the server" }),
    bytes: Type.Integer(),
    entries: Type.Integer({ description: "entries of the log in it" }),
    tookMs: Type.Integer(),
    removed: Type.Array(Type.String(), { description: "names of older backups that gave way" }),
  },
  { $id: "Backup" },
);
export type BackupView = Static<typeof BackupView>;

const CODES = {
  running: "backup_running",
  no_room: "no_room",
  failed: "backup_failed",
  closed: "draining",
} as const satisfies Readonly<Record<BackupRefused["code"], ProblemCode>>;

export const backupEndpoints = ({ backups }: AdminDeps): readonly Endpoint[] => [
  endpoint({
    method: "POST",
    path: "/v1/backup",
    scope: "admin",
    summary: "Write a proven copy of the journal into the data folder's backups, while it runs",
    query: noQuery,
    body: backupBody,
    patient: true,
    answers: { 201: { description: "The backup is made", schema: BackupView } },
    problems: ["backup_running", "no_room", "backup_failed", "draining"],
    handle: async ({ body }) => {
      const made = await backups.make(body.keep ?? null);
      if (!made.ok) return problem(CODES[made.error.code], made.error.detail);
      const view: BackupView = { ...made.value, removed: [...made.value.removed] };
      return json(view, 201);
    },
  }),
];
