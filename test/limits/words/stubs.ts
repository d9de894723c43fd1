/** Modules in place of those that are not explored: by the end of the path. `$` is of the thread. */
export const STUBS: Readonly<Record<string, string>> = {
  entry: `
    export { Limiter } from './limits/limiter.ts'
    export { LimitMemory } from './core/limit-memory.ts'
  `,
  'instance.ts': `
    import * as lines from './core/limits/index.ts'
    import { enter, leave } from 'primitives'
    // A line runs to its end before its thread can die.
    const core = { ${[
      ...['grant', 'giveBack', 'penalize', 'drawTicket', 'standInLine', 'passOver'],
      ...['claimLimits', 'freeLimits', 'giveUpCell', 'addKey', 'evictKey', 'wakeLimits'],
    ]
      .map((name) => `${name}: (...args) => runLine('${name}', lines.${name}, args)`)
      .join(', ')} }
    function runLine(name, operation, args) {
      enter(name, args)
      const answer = operation(...args)
      leave(name, args, answer)
      return answer
    }
    export const instantiateLimits = () => core
  `,
  'core/index.ts': `
    export { BUSY } from './core/words/index.ts'
    export * from './core/limits/index.ts'
    export { LimitMemory } from './core/limit-memory.ts'
    export const allocate = () => undefined
  `,
  'errors.ts': ['Abort', 'BlockingMainThread', 'Detached', 'TooManyKeys', 'TooManyThreads', 'WaitTimeout']
    .map((name) => `export class ${name}Error { constructor(message) { this.message = message } }`)
    .join('\n'),
  'clock.ts': `
    import { readClock } from 'primitives'
    export const clock = { now: () => readClock() / 1e6, nanoseconds: () => readClock() }
    export const sharedSeconds = () => 0
  `,
  'backoff.ts': `
    import { backOff } from 'primitives'
    export { backOff }
  `,
  'wait/index.ts': `
    import { onAbort, waitAsync as ask } from 'primitives'
    export { onAbort }
    export { untilDone } from './wait/until-done.ts'
    export { LinkedList } from './wait/linked-list.ts'
    export const ref = () => {}
    export const unref = () => {}
    export const waitAsync = (words, index, epoch) => ask(index * 4, epoch)
  `,
  'timers.ts': `export { setTimeout, clearTimeout } from 'primitives'`,
  'queue/index.ts': `
    import { dead, threadNumber } from 'primitives'
    export const thisThread = threadNumber
    export const registry = () => ({ dead })
    export const others = { recoverables: new Map() }
    export const announceDetached = () => {}
    export const announceMemory = () => {}
    export const openBy = () => {}
  `,
  'node-crypto.ts': `
    import { hashOf } from 'primitives'
    export const crypto = () => ({ createHash: () => {
      let name = ''
      const hash = { update: (text) => { name = text; return hash }, digest: () => hashOf(name) }
      return hash
    } })
  `,
  'thread-link.ts': 'export const link = () => undefined',
  'unsendable.ts': 'export const refuseJson = () => {}',
  'check.ts': 'export const invalidValue = (name) => new Error(name)',
  'quota.ts': `
    export const quotaFor = () => undefined
    export const quotaReferenceOf = () => undefined
  `,
  'node:worker_threads': 'export const isMainThread = false',
}
