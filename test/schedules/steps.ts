import { mix } from './mix.ts'

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
/** After its first step: nobody can die here. */
export const INSIDE = 2

/** A transformed function under way. Answered with numbers, and with what the functions it calls return. */
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
  /** The function to run first, if that is what a generator yielded for. */
  callee: Running | undefined = undefined
  line = OUTSIDE
  killable = true
  /** A hash of all that the thread's local state follows from: 52 bits. Stays 0 where no state is looked up. */
  history = 0
  hashes = true
  /** What a thread about to wait keeps for its next look; -1: unknown. */
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

  /** A transformed function is called: the machine runs it and answers with what it returns. */
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

  /** A function has answered: of what the thread learned in it, only the answer remains. */
  answered<T>(known: number, site: number, answer: T): T {
    if (typeof answer !== 'object')
      this.history = this.extend(this.extend(known, site + 0x10000), Number(answer ?? -77))
    return answer
  }

  retries(known: number, site: number): number {
    return this.extend(known, site + 0x20000)
  }

  /** Knows what it knew when it began to wait, where, and what it said to remember. */
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

/** 52 bits, of which the lower 20 and the upper 32 are hashed apart. */
function extended(history: number, value: number): number {
  const low = history % 0x100000
  const high = (history - low) / 0x100000
  return (mix(high | 0, value) >>> 0) * 0x100000 + (mix(low + 0x51ed27, value ^ 0x2545f491) & 0xfffff)
}

/** For actors, which are transformed as the source is; never called as they stand. */
export function observe(_what: number, _a = 0, _b = 0): number {
  throw new Error('only in transformed source')
}

/** What a thread keeps from one look in a wait to the next; -1: all it ever learned. */
export function remember(_what: number): void {
  throw new Error('only in transformed source')
}

export function awaitDeath(_seen: number): number {
  throw new Error('only in transformed source')
}
