/**
 * A JSON schema made with `Type`, and the TypeScript type it stands for (`static` exists for the
 * compiler only). Schemas of the `@sinclair/typebox` package fit as well.
 */
export interface Schema<T = unknown> {
  readonly static: T;
}

/** The TypeScript type of a schema: `type Invoice = Static<typeof InvoiceSchema>`. */
export type Static<S extends Schema> = S["static"];

/** Marks a property that may be absent (for the compiler only). */
export interface OptionalMark {
  readonly optionalProperty: true;
}

export type Properties = Readonly<Record<string, Schema>>;

export type ObjectOf<P extends Properties> = {
  [K in keyof P as P[K] extends OptionalMark ? never : K]: P[K]["static"];
} & {
  [K in keyof P as P[K] extends OptionalMark ? K : never]?: P[K]["static"];
};

export type TupleOf<Items extends readonly Schema[]> = { [I in keyof Items]: Items[I]["static"] };

export type IntersectionOf<Parts extends readonly Schema[]> = Parts extends readonly [
  infer First extends Schema,
  ...infer Rest extends readonly Schema[],
]
  ? First["static"] & IntersectionOf<Rest>
  : unknown;

export interface SchemaOptions {
  readonly title?: string;
  readonly description?: string;
}

export interface StringOptions extends SchemaOptions {
  readonly minLength?: number;
  readonly maxLength?: number;
  /** A regular expression. */
  readonly pattern?: string;
}

export interface NumberOptions extends SchemaOptions {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
}

export interface ArrayOptions extends SchemaOptions {
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
}

export interface ObjectOptions extends SchemaOptions {
  /** `false` refuses properties that are not named; a schema checks them. Default: anything. */
  readonly additionalProperties?: boolean | Schema;
}

/** Makes schemas for `schemas` of a source. It is TypeBox's `Type`, of which these are the parts most used. */
export interface SchemaBuilder {
  Any(options?: SchemaOptions): Schema<ReturnType<JSON["parse"]>>;
  Unknown(options?: SchemaOptions): Schema<unknown>;
  Null(options?: SchemaOptions): Schema<null>;
  Boolean(options?: SchemaOptions): Schema<boolean>;
  String(options?: StringOptions): Schema<string>;
  Number(options?: NumberOptions): Schema<number>;
  Integer(options?: NumberOptions): Schema<number>;
  Literal<const T extends string | number | boolean>(value: T, options?: SchemaOptions): Schema<T>;
  Array<S extends Schema>(items: S, options?: ArrayOptions): Schema<S["static"][]>;
  Tuple<const S extends readonly Schema[]>(items: S, options?: SchemaOptions): Schema<TupleOf<S>>;
  Object<P extends Properties>(properties: P, options?: ObjectOptions): Schema<ObjectOf<P>>;
  /** Of a property of an object: it may be absent. */
  Optional<S extends Schema>(schema: S): S & OptionalMark;
  Union<const S extends readonly Schema[]>(
    any: S,
    options?: SchemaOptions,
  ): Schema<S[number]["static"]>;
  Intersect<const S extends readonly Schema[]>(
    all: S,
    options?: SchemaOptions,
  ): Schema<IntersectionOf<S>>;
  Record<V extends Schema>(key: Schema<string>, value: V): Schema<Record<string, V["static"]>>;
  /** Every property of an object may be absent. */
  Partial<S extends Schema>(schema: S, options?: ObjectOptions): Schema<Partial<S["static"]>>;
}
