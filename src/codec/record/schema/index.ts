/** Schemas of records: how users write them, checked, and as plain data. */

export { array, optional } from './array.ts'
export { define, hasOwn } from './define.ts'
export { type Field, parsePlain, parseSchema, pathOf, type RecordType, type Type } from './parse.ts'
export { type PlainSchema, plainSchema, textOf } from './plain.ts'
export type {
  ArrayType,
  ElementType,
  FieldType,
  OptionalType,
  RecordItem,
  RecordSchema,
} from './schema-types.ts'
