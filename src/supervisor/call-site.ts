import { withStacks } from '../loading/index.ts'

/**
 * The stack above the call of `caller`, in Node's own format even if the program has changed that. It has at
 * least one frame.
 */
export function framesAbove(caller: (...args: never[]) => unknown): string {
  const { stackTraceLimit: limit } = Error
  const place = { stack: '' as unknown }
  withStacks(limit > 1 ? limit : 1, undefined, () => {
    Error.captureStackTrace(place, caller)
    // The first read formats the stack. It must come before the program's own format is back.
    return place.stack
  })
  const { stack } = place
  return typeof stack === 'string' ? stack.replace(/^.*\n?/, '') : ''
}
