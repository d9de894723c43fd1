import type { Codec } from '../../src/index.ts'
import { load } from '../package.ts'
import { FIELDS, type Payload } from './payloads.ts'

/** The option of a queue for this codec; undefined if the package does not have it. */
export async function codecOption(
  codec: Payload['codec'],
): Promise<{ readonly codec?: Codec<unknown> } | undefined> {
  const millrace = await load()
  if (codec === 'default') return {}
  if (codec === 'int32') return { codec: millrace.codecs.int32 as Codec<never> }
  const { record } = millrace as { record?: (fields: typeof FIELDS) => Codec<never> }
  return record === undefined ? undefined : { codec: record(FIELDS) }
}
