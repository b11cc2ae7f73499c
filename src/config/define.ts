import { Type as TypeBox } from "@sinclair/typebox";
import { env as readVariable } from "./environment.ts";
import type { ConfigOf, DefinedConfig } from "./types/config.ts";
import type { SchemaBuilder } from "./types/schemas.ts";

/**
 * The module that the executable provides as `longstop` to the team's configuration and handlers. What
 * is exported here is public: `longstop init` writes its types beside the configuration.
 */
export type {
  Config,
  ConfigOf,
  DefinedConfig,
  EndpointAuthConfig,
  EndpointConfig,
  EndpointFilterConfig,
  EventConfig,
  FilterValueConfig,
  ReconcileConfig,
  RetryConfig,
  Size,
  SourceConfig,
} from "./types/config.ts";
export type {
  Context,
  Duration,
  Event,
  HandlerLog,
  LogFields,
  OnEvent,
  Payload,
} from "./types/handler.ts";
export type { Schema, SchemaBuilder, Static } from "./types/schemas.ts";
export type {
  BearerConfig,
  HmacConfig,
  IpAllowListConfig,
  JwtAlgorithms,
  JwtConfig,
  Oauth2Config,
  SignatureConfig,
  VerifyConfig,
  WhenUnavailable,
} from "./types/verify.ts";

/** Returns its argument: it is there for the editor, which then knows every key, and for tests, which then know every source. */
export const defineConfig = <Names extends string>(config: ConfigOf<Names>): DefinedConfig<Names> =>
  config as DefinedConfig<Names>;

/**
 * The value of the environment variable `name`, also inside template strings. One that is not set is a
 * fault of the configuration, reported with its place; give a `fallback` where it may be absent.
 */
export const env: (name: string, fallback?: string) => string = readVariable;

/** TypeBox's own; the narrower type keeps the written declarations free of a package. */
export const Type: SchemaBuilder = TypeBox as unknown as SchemaBuilder;
