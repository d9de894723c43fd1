/** Encoders and decoders of records as generated code. */

export { compiledDecoder } from './decoder.ts'
export { compiledEncoder } from './encoder.ts'
