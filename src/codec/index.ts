/** Codecs turn items into bytes and back. */

export type { Codecs } from './builtins.ts'
export { codecs } from './builtins.ts'
export { cellCodec } from './cell-codec.ts'
export type { CellCodec, Codec, Span } from './codec.ts'
export { spanOf } from './codec.ts'
export type { CodecDefinition, DefinedCodec } from './define-codec.ts'
export { defineCodec } from './define-codec.ts'
export type { CodecDescriptor } from './descriptor.ts'
export { codecDescriptor, codecFromDescriptor, codecFromDescriptorAsync } from './descriptor.ts'
