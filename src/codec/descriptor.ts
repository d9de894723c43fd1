import Module from 'node:module'
import { fileURLToPath } from 'node:url'
import { invalidType } from '../check.ts'
import { builtinCodec } from './builtins.ts'
import { cellCodec, isCodec } from './cell-codec.ts'
import type { Codec } from './codec.ts'
import { definedCodec, isDefined } from './define-codec.ts'
import { framedCodec, isFramed } from './framed.ts'
import { builtinName } from './make-builtin.ts'
import { recordFromPlain, recordSchema } from './record/index.ts'

/** How another thread finds a codec. It is plain data, and part of a queue's handle. */
export type CodecDescriptor =
  | { readonly builtin: string }
  | { readonly filename: string; readonly name: string }
  /** A record of this schema, which is plain data. */
  | { readonly record: unknown }
  /** Frames, whose values have this codec. */
  | { readonly framed: CodecDescriptor }

/** Undefined for a codec of the user's that `defineCodec` did not make: no other thread can find it. */
export function codecDescriptor(codec: Codec<unknown>): CodecDescriptor | undefined {
  if (isFramed(codec)) {
    const framed = codecDescriptor(codec.inner)
    return framed && { framed }
  }
  const schema = recordSchema(codec)
  if (schema !== undefined) return { record: schema }
  const builtin = builtinName(codec)
  if (builtin !== undefined) return { builtin }
  return isDefined(codec) ? { filename: codec.filename, name: codec.name } : undefined
}

/**
 * The codec that `descriptor` names. A user's module that this thread has not loaded yet is loaded by
 * `require`. On every supported Node `require` also loads ES modules, unless one awaits at its top level.
 */
export function codecFromDescriptor(descriptor: CodecDescriptor): Codec<unknown> {
  if ('framed' in descriptor) return framed(codecFromDescriptor(descriptor.framed))
  const known = knownCodec(descriptor)
  if (known !== undefined) return known
  const { filename, name } = placeOfUserCodec(descriptor)
  let namespace: unknown
  try {
    namespace = Module.createRequire(filename)(fileURLToPath(filename))
  } catch (error) {
    throw new TypeError(
      `codec ${name} of ${filename} cannot be loaded synchronously; import that module first, or use attachAsync`,
      { cause: error },
    )
  }
  return exported(namespace, filename, name)
}

/** As `codecFromDescriptor`, but also for modules that only `import()` can load. */
export async function codecFromDescriptorAsync(descriptor: CodecDescriptor): Promise<Codec<unknown>> {
  if ('framed' in descriptor) return framed(await codecFromDescriptorAsync(descriptor.framed))
  const known = knownCodec(descriptor)
  if (known !== undefined) return known
  const { filename, name } = placeOfUserCodec(descriptor)
  return exported(await import(filename), filename, name)
}

function framed(inner: Codec<unknown>): Codec<unknown> {
  return framedCodec(inner, cellCodec(inner)) as Codec<unknown>
}

function knownCodec(descriptor: CodecDescriptor): Codec<unknown> | undefined {
  if ('builtin' in descriptor) {
    const codec = builtinCodec(descriptor.builtin)
    if (codec === undefined) throw new TypeError(`there is no built-in codec ${descriptor.builtin}`)
    return codec
  }
  if ('record' in descriptor) return recordFromPlain(descriptor.record)
  return 'filename' in descriptor ? definedCodec(descriptor.filename, descriptor.name) : undefined
}

function placeOfUserCodec(descriptor: CodecDescriptor): { readonly filename: string; readonly name: string } {
  if ('filename' in descriptor) return descriptor
  throw invalidType('descriptor', "that of a user's codec", descriptor)
}

function exported(namespace: unknown, filename: string, name: string): Codec<unknown> {
  const exports = namespace as Record<string, unknown> & { default?: Record<string, unknown> | null }
  const codec = exports[name] ?? exports.default?.[name]
  if (isCodec(codec)) return codec
  throw new TypeError(
    codec === undefined
      ? `${filename} has no export ${name}: a codec must be exported under the name it was defined with`
      : `the export ${name} of ${filename} is no codec`,
  )
}
