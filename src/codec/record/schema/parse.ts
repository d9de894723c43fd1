import { types } from 'node:util'
import { invalidType, invalidValue, nearestOf, outOfRange } from '../../../check.ts'
import { ARRAY, OPTIONAL } from './marks.ts'
import type { TypeName } from './schema-types.ts'

/** A checked type, made of objects that nobody else has. */
export type Type =
  | { readonly kind: TypeName }
  | { readonly kind: 'enum'; readonly words: readonly string[] }
  | { readonly kind: 'list'; readonly element: Type }
  | RecordType

export interface RecordType {
  readonly kind: 'record'
  readonly fields: readonly Field[]
}

export interface Field {
  readonly name: string
  readonly type: Type
  readonly optional: boolean
}

/**
 * Fields in all, those of inner records included: the compiled functions stay of a size that V8 optimizes.
 */
const MAX_FIELDS = 256
/** Records and lists inside each other. */
const MAX_DEPTH = 32
const MAX_WORDS = 65_536
const TYPE_NAMES: readonly TypeName[] = ['string', 'int32', 'uint32', 'float64', 'boolean', 'bytes']
const EXPECTED =
  `one of ${TYPE_NAMES.map((name) => `'${name}'`).join(', ')}, one of these with '?', '[]' or '[]?', ` +
  'an array of words, a plain object of fields, array(…) or optional(…)'

/** How a schema writes a list, an optional type and an inner record. */
interface Notation {
  element(value: object): { readonly of: unknown } | undefined
  optional(value: object): { readonly of: unknown } | undefined
  fields(value: object): object
}

/** Schemas as users write them. */
const WRITTEN: Notation = {
  element: (value) => marked(value, ARRAY),
  optional: (value) => marked(value, OPTIONAL),
  fields: (value) => value,
}

/** Schemas as plain data. */
const PLAIN: Notation = {
  element: (value) => marked(value, 'array'),
  optional: (value) => marked(value, 'optional'),
  fields: (value) => marked(value, 'record')?.of as object,
}

function marked(value: object, mark: PropertyKey): { readonly of: unknown } | undefined {
  return Object.hasOwn(value, mark) ? { of: (value as Record<PropertyKey, unknown>)[mark] } : undefined
}

/** Checks a schema that a user wrote. @throws TypeError, RangeError that name the field at fault */
export function parseSchema(schema: unknown): RecordType {
  return new Parser(WRITTEN).record('schema', schema, 0)
}

/** Checks a schema that is plain data, which anyone may have made. @throws as `parseSchema` */
export function parsePlain(schema: unknown): RecordType {
  return new Parser(PLAIN).record('schema', schema, 0)
}

class Parser {
  readonly #notation: Notation
  #fields = 0

  constructor(notation: Notation) {
    this.#notation = notation
  }

  record(path: string, schema: unknown, depth: number): RecordType {
    if (!isPlain(schema)) throw invalidType(path, 'a plain object of fields', schema)
    const names = Object.keys(schema)
    if (names.length === 0) throw invalidValue(path, 'an object with at least one field', schema)
    // The count comes first: a forged schema may have millions of fields.
    this.#fields += names.length
    if (this.#fields > MAX_FIELDS) {
      throw outOfRange(`the number of fields of ${path}`, `at most ${MAX_FIELDS} in all`, this.#fields)
    }
    if (Object.getOwnPropertySymbols(schema).length > 0) {
      throw invalidValue(path, 'an object whose keys are strings', schema)
    }
    const fields = names.map((name) => {
      const inside = pathOf(path, name)
      if (name === '__proto__') throw invalidValue(inside, "a field of another name than '__proto__'", name)
      return this.#field(name, inside, (schema as Record<string, unknown>)[name], depth)
    })
    return { kind: 'record', fields }
  }

  #field(name: string, path: string, value: unknown, depth: number): Field {
    if (typeof value === 'string' && value.endsWith('?')) {
      return { name, type: this.#named(path, value, value.slice(0, -1)), optional: true }
    }
    const inner = isObject(value) ? this.#notation.optional(value) : undefined
    return inner === undefined
      ? { name, type: this.#type(path, value, depth), optional: false }
      : { name, type: this.#type(path, inner.of, depth), optional: true }
  }

  #type(path: string, value: unknown, depth: number): Type {
    if (depth >= MAX_DEPTH) throw invalidValue(path, `nested at most ${MAX_DEPTH} deep`, value)
    if (typeof value === 'string') return this.#named(path, value, value)
    if (!isObject(value)) throw invalidType(path, EXPECTED, value)
    if (Array.isArray(value)) return { kind: 'enum', words: this.#words(path, value) }
    const element = this.#notation.element(value)
    if (element !== undefined) {
      return { kind: 'list', element: this.#type(`${path}[]`, element.of, depth + 1) }
    }
    if (this.#notation.optional(value) !== undefined) {
      throw invalidValue(path, 'no optional type: only a field may be optional', value)
    }
    const fields: unknown = this.#notation.fields(value)
    if (!isPlain(fields)) throw invalidType(path, EXPECTED, value)
    return this.record(path, fields, depth + 1)
  }

  #named(path: string, given: string, typed: string): Type {
    const isList = typed.endsWith('[]')
    const name = isList ? typed.slice(0, -2) : typed
    const kind = TYPE_NAMES.find((each) => each === name)
    if (kind !== undefined) return isList ? { kind: 'list', element: { kind } } : { kind }
    const nearest = nearestOf(name.slice(0, 60), TYPE_NAMES)
    throw invalidValue(
      path,
      nearest === undefined ? EXPECTED : `${EXPECTED}; did you mean '${nearest}'?`,
      given,
    )
  }

  #words(path: string, value: readonly unknown[]): readonly string[] {
    if (value.length === 0) throw invalidValue(path, 'an array of at least one word', value)
    if (value.length > MAX_WORDS) {
      throw outOfRange(`the number of words of ${path}`, `at most ${MAX_WORDS}`, value.length)
    }
    const words = new Set<string>()
    for (let i = 0; i < value.length; i++) {
      const word = value[i]
      if (typeof word !== 'string') throw invalidType(`${path}[${i}]`, 'a string', word)
      if (words.has(word)) throw invalidValue(`${path}[${i}]`, 'a word that is not there twice', word)
      words.add(word)
    }
    return [...words]
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !types.isProxy(value)
}

/** A plain object, also of another context of `node:vm`. A proxy is none. */
function isPlain(value: unknown): value is object {
  if (!isObject(value) || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/** The path of the field `name` of what is at `path`, as a program would write it. */
export function pathOf(path: string, name: string): string {
  return IDENTIFIER.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`
}
