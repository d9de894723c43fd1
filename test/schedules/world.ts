import { mix, mix2 } from './mix.ts'

/**
 * The whole state of an exploration in one array, so that saving and restoring it is one copy:
 *
 *   shared memory | observer's words | threads | who sleeps, in order | deaths
 *
 * A thread's local state is not in it: it follows from the thread's registers at the start of its present turn and
 * from the values it was answered since, of which HISTORY holds a hash.
 */

/** Thread record, in words. */
export const STATUS = 0
export const KIND = 1
export const SITE = 2
export const AT = 3
export const A = 4
export const B = 5
export const C = 6
export const D = 7
export const LINE = 8
export const KILLABLE = 9
/** Answers given to this thread so far, and those before its present turn. */
export const ANSWERS = 10
export const TURN = 11
export const HISTORY = 12
export const HISTORY2 = 13
/** 0: no other thread has changed a word since this one last went on from a back-off: to try again is in vain. */
export const CHANGED = 14
/** 1: its exit was tried at the point where it stands; to exit there later, while it makes no step, is the same. */
export const OFFERED = 15
export const REGISTERS = 16
export const REGISTER_COUNT = 8
export const THREAD_WORDS = REGISTERS + REGISTER_COUNT

/** STATUS. */
export const RUNS = 0
export const SLEEPS = 1
export const FINISHED = 2
/** Gone for good: killed or at its end. */
export const EXITED = 3

export const MAX_DEATHS = 8

export class World {
  readonly words: Int32Array
  readonly memoryWords: number
  readonly observer: number
  readonly threads: number
  readonly threadCount: number
  /** Count, then thread numbers in the order in which they fell asleep. */
  readonly sleepers: number
  /** Count, then the dead. */
  readonly deaths: number
  readonly kills: number
  /** Running hash of memory and observer's words, two halves. */
  readonly hash: number

  constructor(memoryWords: number, observerWords: number, threadCount: number) {
    this.memoryWords = memoryWords
    this.observer = memoryWords
    this.threads = memoryWords + observerWords
    this.threadCount = threadCount
    this.sleepers = this.threads + threadCount * THREAD_WORDS
    this.deaths = this.sleepers + 1 + threadCount
    this.kills = this.deaths + 1 + MAX_DEATHS
    this.hash = this.kills + 1
    this.words = new Int32Array(this.hash + 2)
  }

  thread(index: number): number {
    return this.threads + index * THREAD_WORDS
  }

  status(index: number): number {
    return this.words[this.thread(index) + STATUS] as number
  }

  /** A word of memory or of the observer. True if that changed it. */
  set(index: number, value: number): boolean {
    const { words, hash } = this
    const old = words[index] as number
    if (old === value) return false
    words[index] = value
    words[hash] = ((words[hash] as number) + mix(index, value) - mix(index, old)) | 0
    words[hash + 1] = ((words[hash + 1] as number) + mix2(index, value) - mix2(index, old)) | 0
    return true
  }
}
