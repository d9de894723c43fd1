import { invalidType } from '../../../check.ts'
import { isQueue } from '../../../queue/index.ts'
import { isNodeWritable } from '../node-streams.ts'

/** Checks that `given` can be written to, and opens nothing. @throws TypeError ERR_INVALID_ARG_TYPE */
export function checkSink(name: string, given: unknown): void {
  const isSink =
    typeof given === 'function' || isQueue(given) || isNodeWritable(given) || isWebWritable(given)
  if (!isSink) throw invalidType(name, 'a Writable, a WritableStream, a queue or a function', given)
}

export function isWebWritable(given: unknown): given is WritableStream<unknown> {
  const stream = given as { readonly getWriter?: unknown; readonly abort?: unknown } | null | undefined
  return typeof stream?.getWriter === 'function' && typeof stream.abort === 'function'
}
