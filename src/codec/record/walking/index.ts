/** Encoders and decoders of records where no code may be generated. */

export { walkingDecoder } from './decoder-walk.ts'
export { walkingEncoder } from './encoder-walk.ts'
