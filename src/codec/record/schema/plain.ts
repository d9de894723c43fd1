import { define } from './define.ts'
import type { RecordType, Type } from './parse.ts'

/**
 * A schema as plain data, as a handle carries it: `array(x)` is `{ array: x }`, `optional(x)` is
 * `{ optional: x }`, and a record inside a record is `{ record: fields }`.
 */
export type PlainType =
  | string
  | readonly string[]
  | { readonly record: PlainSchema }
  | { readonly array: PlainType }
  | { readonly optional: PlainType }

export interface PlainSchema {
  readonly [field: string]: PlainType
}

/** The plain data of a checked schema. */
export function plainSchema({ fields }: RecordType): PlainSchema {
  const plain: Record<string, PlainType> = {}
  for (const { name, type, optional } of fields) {
    const value = plainType(type)
    define(plain, name, optional ? { optional: value } : value)
  }
  return plain
}

function plainType(type: Type): PlainType {
  switch (type.kind) {
    case 'enum':
      return [...type.words]
    case 'list':
      return { array: plainType(type.element) }
    case 'record':
      return { record: plainSchema(type) }
    default:
      return type.kind
  }
}

/**
 * The schema as JSON text, made without JSON.stringify of objects: a program may have put a toJSON on them.
 */
export function textOf(type: Type): string {
  switch (type.kind) {
    case 'enum':
      return `[${type.words.map((word) => JSON.stringify(word)).join()}]`
    case 'list':
      return `{"array":${textOf(type.element)}}`
    case 'record': {
      const fields = type.fields.map(({ name, type, optional }) => {
        const text = textOf(type)
        return `${JSON.stringify(name)}:${optional ? `{"optional":${text}}` : text}`
      })
      return `{"record":{${fields.join()}}}`
    }
    default:
      return `"${type.kind}"`
  }
}
