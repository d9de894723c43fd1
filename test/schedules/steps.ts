import { mix } from './mix.ts'

/**
 * Requests of an explored thread to the model: every access to a shared word, and every point where it may
 * stop. The transformed source yields one request at a time. The machine answers when it runs the next step
 * of the thread.
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
/** Between tries of an operation that answered BUSY: ends when another thread has changed a word. */
export const BACK_OFF = 11
/** Woken from WAIT and not yet running. */
export const WOKEN = 12
/** An event for the scenario's observer; no access to shared memory. */
export const OBSERVE = 13
/** Waits for the next death of a thread; answers its number. */
export const DEATH = 14

export const KIND_NAMES = [
  '',
  'load',
  'store',
  'cas',
  'cas64',
  'add',
  'or',
  'notify',
  'peek',
  'poke',
  'wait',
  'back off',
  'woken',
  'observe',
  'death',
]

export const OUTSIDE = 0
/** In an operation of the core that has not made its first step. */
export const ENTERED = 1
/** After its first step: the thread cannot die here. */
export const INSIDE = 2

/**
 * A transformed function under way. It is answered with numbers, and with the results of functions it calls.
 */
export type Running = Generator<void, unknown, unknown>

/** The request under construction. One object for all threads: only one of them runs at a time. */
export class Request {
  kind = 0
  site = 0
  at = 0
  a = 0
  b = 0
  c = 0
  d = 0
  /** The function to run first, if the generator yielded to call one. */
  callee: Running | undefined = undefined
  line = OUTSIDE
  killable = true
  /**
   * A hash, of 52 bits, of all that decides the thread's local state. It stays 0 if no state is looked up.
   */
  history = 0
  hashes = true
  /** The state that a thread keeps from this wait to its next look; -1: unknown. */
  remembered = 0

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

  /** Calls a transformed function: the machine runs it and answers with its result. */
  call(callee: Running): void {
    this.callee = callee
  }

  entered(): number {
    this.line = ENTERED
    return this.history
  }

  /** The operation has answered. */
  left<T>(known: number, site: number, answer: T): T {
    this.line = OUTSIDE
    return this.answered(known, site, answer)
  }

  /** A function has answered. The thread keeps nothing of it but the answer. */
  answered<T>(known: number, site: number, answer: T): T {
    if (typeof answer !== 'object')
      this.history = this.extend(this.extend(known, site + 0x10000), Number(answer ?? -77))
    return answer
  }

  retries(known: number, site: number): number {
    return this.extend(known, site + 0x20000)
  }

  /** The thread knows what it knew when it began to wait, the place, and the state it remembered. */
  waits(known: number, site: number, side: number): number {
    return this.remembered < 0
      ? this.history
      : this.extend(this.extend(this.extend(known, site + 0x30000), side), this.remembered)
  }

  expects(known: number, epoch: number): number {
    return this.extend(known, epoch)
  }

  extend(history: number, value: number): number {
    return this.hashes ? extended(history, value) : 0
  }
}

/** 52 bits: the lower 20 and the upper 32 are hashed separately. */
function extended(history: number, value: number): number {
  const low = history % 0x100000
  const high = (history - low) / 0x100000
  return (mix(high | 0, value) >>> 0) * 0x100000 + (mix(low + 0x51ed27, value ^ 0x2545f491) & 0xfffff)
}

/** For the actors, which are transformed like the source. Never called untransformed. */
export function observe(_what: number, _a = 0, _b = 0): number {
  throw new Error('only in transformed source')
}

/** Declares the state that the thread keeps from this look in a wait to the next; -1: all it ever learned. */
export function remember(_what: number): void {
  throw new Error('only in transformed source')
}

export function awaitDeath(_seen: number): number {
  throw new Error('only in transformed source')
}
