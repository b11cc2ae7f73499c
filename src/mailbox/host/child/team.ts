import type { Config } from "../../../config/types/config.ts";
import type { OnEvent } from "../../../config/types/handler.ts";
import { Schemas } from "./schemas.ts";

/** What a host needs of a source: the function and the schemas, which only exist in the configuration itself. */
export interface Handled {
  readonly onEvent: OnEvent | null;
  readonly schemas: Schemas | null;
}

export type Team = ReadonlyMap<string, Handled>;

/** The team's handlers by source, of a configuration that was found without fault. */
export function readTeam(config: Config): Team {
  const team = new Map<string, Handled>();
  for (const [name, { onEvent, schemas }] of Object.entries(config.sources ?? {})) {
    const compiled = schemas === undefined ? null : new Schemas(schemas);
    team.set(name, { onEvent: onEvent ?? null, schemas: compiled });
  }
  return team;
}
