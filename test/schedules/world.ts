import { mix, mix2 } from './mix.ts'

/**
 * The whole state of an exploration in one array, so that saving and restoring it is one copy:
 *
 *   shared memory | observer's words | threads | sleepers, in order | deaths
 *
 * A thread's local state is not in it. It follows from the registers at the start of the thread's present
 * turn and from the answers since then; HISTORY holds a hash of these.
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
/** Number of answers to this thread so far, and of those before its present turn. */
export const ANSWERS = 10
export const TURN = 11
export const HISTORY = 12
export const HISTORY2 = 13
/** 0: no other thread has changed a word since this thread's last back-off, so another try would fail too. */
export const CHANGED = 14
/**
 * 1: the thread's exit at this point has been tried. A later exit, without a step in between, is the same.
 */
export const OFFERED = 15
export const REGISTERS = 16
export const REGISTER_COUNT = 8
export const THREAD_WORDS = REGISTERS + REGISTER_COUNT

/** STATUS. */
export const RUNS = 0
export const SLEEPS = 1
export const FINISHED = 2
/** The thread was killed or has ended. */
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
  /** Count, then the numbers of dead threads. */
  readonly deaths: number
  readonly kills: number
  /** Hash of the memory and the observer's words, in two halves, kept up to date. */
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

  /** Sets a word of the memory or of the observer. Returns true if that changed it. */
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
