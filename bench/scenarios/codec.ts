import type { Codec } from '../../src/index.ts'
import { load } from '../package.ts'
import { FIELDS, type Payload } from './payloads.ts'

/** The option of a queue for this codec. */
export async function codecOption(codec: Payload['codec']): Promise<{ readonly codec?: Codec<unknown> }> {
  const millrace = await load()
  if (codec === 'default') return {}
  if (codec === 'int32') return { codec: millrace.codecs.int32 as Codec<never> }
  return { codec: millrace.record(FIELDS) as Codec<never> }
}
