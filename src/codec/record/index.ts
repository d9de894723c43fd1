/** Codecs compiled from a schema. */

export { record, recordCell, recordFromPlain, recordSchema } from './record.ts'
export type {
  ArrayType,
  ElementType,
  FieldType,
  OptionalType,
  RecordItem,
  RecordSchema,
} from './schema/index.ts'
export { array, optional } from './schema/index.ts'
