/** Codecs turn items into bytes and back. */

export type { Codecs } from './builtins.ts'
export { codecs } from './builtins.ts'
export type { Codec } from './codec.ts'
export type { CodecDefinition, DefinedCodec } from './define-codec.ts'
export { defineCodec } from './define-codec.ts'
export type {
  ArrayType,
  ElementType,
  FieldType,
  OptionalType,
  RecordItem,
  RecordSchema,
} from './record/index.ts'
export { array, optional, record } from './record/index.ts'

// For other rooms only: the declarations of the build leave these out.

/** @internal */
export { cellCodec, isCodec } from './cell-codec.ts'
/** @internal */
export type { CellCodec, Span } from './codec.ts'
/** @internal */
export { spanOf } from './codec.ts'
/** @internal */
export { copyBytes, copyOut, newBytes } from './copy.ts'
/** @internal */
export type { CodecDescriptor } from './descriptor.ts'
/** @internal */
export { codecDescriptor, codecFromDescriptor, codecFromDescriptorAsync } from './descriptor.ts'
/** @internal */
export { Frame, framedCodec } from './framed.ts'
