import type { ARRAY, OPTIONAL } from './marks.ts'

/** The names of types that need no more than their name. */
export type TypeName = 'string' | 'int32' | 'uint32' | 'float64' | 'boolean' | 'bytes'

/** A type that a field or an element of a list may have. */
export type ElementType =
  | TypeName
  | `${TypeName}[]`
  | readonly [string, ...string[]]
  | ArrayType<unknown>
  | RecordSchema

/** The type of a field: with `?`, or made by `optional`, items may lack the field. */
export type FieldType = ElementType | `${TypeName}?` | `${TypeName}[]?` | OptionalType<unknown>

/** The fields of a record, by their names. A plain object in place of a type is a record inside it. */
export interface RecordSchema {
  readonly [field: string]: FieldType
}

/** A list whose elements have the type S. Made by `array`. */
export interface ArrayType<S> {
  readonly [ARRAY]: S
}

/** A field of the type S, which items may lack. Made by `optional`. */
export interface OptionalType<S> {
  readonly [OPTIONAL]: S
}

interface Named {
  string: string
  int32: number
  uint32: number
  float64: number
  boolean: boolean
  bytes: Uint8Array
}

/** The values of the type S. */
export type ValueOf<S> = S extends TypeName
  ? Named[S]
  : S extends `${infer N extends TypeName}[]`
    ? Named[N][]
    : S extends `${infer W extends TypeName | `${TypeName}[]`}?`
      ? ValueOf<W>
      : S extends ArrayType<infer E>
        ? ValueOf<E>[]
        : S extends OptionalType<infer E>
          ? ValueOf<E>
          : S extends readonly string[]
            ? S[number]
            : S extends RecordSchema
              ? RecordItem<S>
              : unknown

type OptionalNames<S> = {
  [K in keyof S]: S[K] extends `${string}?` | OptionalType<unknown> ? K : never
}[keyof S]

/**
 * The items of a record of the schema S: each word of an enum is a literal, and an optional field may be
 * absent or undefined.
 */
export type RecordItem<S> = string extends keyof S
  ? Record<string, unknown>
  : Flat<
      { -readonly [K in Exclude<keyof S, OptionalNames<S>>]: ValueOf<S[K]> } & {
        -readonly [K in OptionalNames<S>]?: ValueOf<S[K]> | undefined
      }
    >

type Flat<T> = { [K in keyof T]: T[K] }
