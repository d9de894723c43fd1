/**
 * What an explored thread asks of the model: every access to a shared word, and every place where it may stop. The
 * transformed source yields one request at a time; the machine answers when it is the thread's turn.
 */

export const LOAD = 1
export const STORE = 2
export const CAS = 3
export const CAS64 = 4
export const ADD = 5
export const OR = 6
export const NOTIFY = 7
export const PEEK = 8
export const POKE = 9
export const WAIT = 10
/** Between tries of an operation that answered BUSY: goes on when another thread has changed a word since. */
export const BACK_OFF = 11
/** Woken from WAIT and not yet running. */
export const WOKEN = 12
/** Told to the scenario's observer; no access to shared memory. */
export const OBSERVE = 13
/** Waits for the next death of a thread; answers its number. */
export const DEATH = 14

export const KIND_NAMES = [
  '', 'load', 'store', 'cas', 'cas64', 'add', 'or', 'notify', 'peek', 'poke', 'wait', 'back off', 'woken', 'observe',
  'death',
]

export const OUTSIDE = 0
/** In an operation of the core that has not made its first step. */
export const ENTERED = 1
/** After its first step: nobody can die here. */
export const INSIDE = 2

/** The request under construction. One object for all threads: only one of them runs at a time. */
export class Request {
  kind = 0
  site = 0
  at = 0
  a = 0
  b = 0
  c = 0
  d = 0
  line = OUTSIDE
  killable = true

  ask(kind: number, site: number, at = 0, a = 0, b = 0, c = 0, d = 0): void {
    this.kind = kind
    this.site = site
    this.at = at
    this.a = a
    this.b = b
    this.c = c
    this.d = d
    this.killable = this.line !== INSIDE
    if (this.line === ENTERED) this.line = INSIDE
  }

  /** The operation has answered. */
  left<T>(answer: T): T {
    this.line = OUTSIDE
    return answer
  }
}

/** For actors, which are transformed as the source is; never called as they stand. */
export function observe(_what: number, _a = 0, _b = 0): number {
  throw new Error('only in transformed source')
}

export function awaitDeath(_seen: number): number {
  throw new Error('only in transformed source')
}
