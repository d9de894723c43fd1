import { CLOCK, isTimed, lapse, notifySleepers, removeSleeper, sleep } from './futex.ts'
import { mix, mix2 } from './mix.ts'
import * as step from './steps.ts'
import type { Site } from './transform.ts'
import {
  A,
  ANSWERS,
  AT,
  B,
  C,
  CHANGED,
  D,
  EXITED,
  FINISHED,
  HISTORY,
  HISTORY2,
  KILLABLE,
  KIND,
  LINE,
  OFFERED,
  REGISTER_COUNT,
  REGISTERS,
  RUNS,
  SITE,
  SLEEPS,
  STATUS,
  THREAD_WORDS,
  TURN,
  type World,
} from './world.ts'

/** Answers of a turn: the thread has another turn; */
export const RETRY = 0
/** it is done; */
export const DONE = 1
/** it ends, and its death is reported. */
export const EXIT = 2

/** One turn. An actor keeps all its state between turns in its registers. */
export type Turn = (registers: Int32Array) => step.Running

export interface Actor {
  readonly name: string
  readonly turn: Turn
  readonly registers?: readonly number[]
  readonly mortal?: boolean
}

/** Answers OBSERVE. @throws Error for a finding */
export type Observer = (machine: Machine, thread: number, what: number, a: number, b: number) => number
/** Sees the memory at the moment of a thread's exit. */
export type OnExit = (machine: Machine, thread: number) => void

/** Runs threads one step at a time. */
export class Machine {
  readonly world: World
  readonly actors: readonly Actor[]
  readonly request: step.Request
  readonly observer: Observer
  readonly onExit: OnExit
  readonly sites: readonly Site[]
  /** By thread: its answers on the way to the present state. Those beyond ANSWERS belong to other ways. */
  readonly #answers: number[][]
  /**
   * By thread: its functions under way, the innermost last. A resume through `yield*` would cost each level.
   */
  readonly #running: step.Running[][]
  readonly #registers: Int32Array[]
  /** By thread: how many answers the running generator has consumed; -1: it must be made again. */
  readonly #consumed: Int32Array
  /**
   * By word: the threads that ever accessed it, those that ever changed it, and whether the order can matter.
   */
  readonly #readers: Uint32Array
  readonly #writers: Uint32Array
  readonly contended: Uint8Array
  /** A word became contended, so the exploration so far may have left out orders. */
  grown = false
  /** Threads may die inside straight lines, too. */
  tears = false
  steps = 0

  constructor(
    world: World,
    actors: readonly Actor[],
    request: step.Request,
    observer: Observer,
    onExit: OnExit,
    sites: readonly Site[],
  ) {
    this.world = world
    this.actors = actors
    this.request = request
    this.observer = observer
    this.onExit = onExit
    this.sites = sites
    this.#answers = actors.map(() => [])
    this.#running = actors.map(() => [])
    this.#registers = actors.map(() => new Int32Array(REGISTER_COUNT))
    this.#consumed = new Int32Array(actors.length).fill(-1)
    this.#readers = new Uint32Array(world.memoryWords)
    this.#writers = new Uint32Array(world.memoryWords)
    this.contended = new Uint8Array(world.memoryWords)
  }

  /** Runs every thread up to its first request. The memory must be laid out. */
  start(): void {
    for (let thread = 0; thread < this.actors.length; thread++) {
      const record = this.world.thread(thread)
      const { registers } = this.actors[thread] as Actor
      for (let index = 0; index < REGISTER_COUNT; index++) {
        this.world.words[record + REGISTERS + index] = registers?.[index] ?? 0
      }
      this.#beginTurn(thread, record)
    }
  }

  /** After the world was restored: generators that are ahead of it are made again when they are needed. */
  restored(): void {
    const { words } = this.world
    for (let thread = 0; thread < this.actors.length; thread++) {
      const record = this.world.thread(thread)
      const answers = words[record + ANSWERS] as number
      if (this.#consumed[thread] !== answers) this.#consumed[thread] = -1
    }
  }

  canStep(thread: number): boolean {
    const { words } = this.world
    const record = this.world.thread(thread)
    if (words[record + STATUS] !== RUNS) return false
    const kind = words[record + KIND]
    if (kind === step.BACK_OFF) return words[record + CHANGED] === 1
    if (kind === step.DEATH) return (words[this.world.deaths] as number) > (words[record + AT] as number)
    return true
  }

  /** True if the next step of `thread` commutes with all steps that others can make meanwhile. */
  isLocal(thread: number): boolean {
    const { words } = this.world
    const record = this.world.thread(thread)
    const kind = words[record + KIND] as number
    if (kind > step.WAIT) return true
    if (kind === step.WAIT && isTimed(this.world, thread)) return false
    const word = (words[record + AT] as number) >> 2
    return this.contended[word] === 0 && (kind !== step.CAS64 || this.contended[word + 1] === 0)
  }

  canExit(thread: number): boolean {
    const record = this.world.thread(thread)
    const status = this.world.words[record + STATUS] as number
    if (this.actors[thread]?.mortal !== true || status === EXITED || status === FINISHED) return false
    return (
      (this.tears || this.world.words[record + KILLABLE] === 1) && this.world.words[record + OFFERED] === 0
    )
  }

  /** The exits of all threads that can exit in this state are being tried. */
  offered(): void {
    for (let thread = 0; thread < this.actors.length; thread++)
      this.world.words[this.world.thread(thread) + OFFERED] = 1
  }

  /** True if the thread is between operations of the core. */
  isBetween(thread: number): boolean {
    return this.world.words[this.world.thread(thread) + KILLABLE] === 1
  }

  /** True if any thread is inside a straight line. */
  get isInside(): boolean {
    const { words, threads, threadCount } = this.world
    for (let thread = 0; thread < threadCount; thread++) {
      if (words[threads + thread * THREAD_WORDS + LINE] === step.INSIDE) return true
    }
    return false
  }

  exit(thread: number): void {
    const { words } = this.world
    const record = this.world.thread(thread)
    if (words[record + STATUS] === SLEEPS) removeSleeper(this.world, thread)
    const count = (words[this.world.deaths] as number) + 1
    words[this.world.deaths] = count
    words[this.world.deaths + count] = thread
    words.fill(0, record, record + THREAD_WORDS)
    words[record + STATUS] = EXITED
    // The order of deaths matters to the threads that learn of them.
    for (let other = 0; other < this.actors.length; other++) words[this.world.thread(other) + OFFERED] = 0
    this.#consumed[thread] = -1
    this.onExit(this, thread)
  }

  /** Runs one step of `thread`, and its code up to its next request. */
  step(thread: number): void {
    this.steps++
    const { words } = this.world
    const record = this.world.thread(thread)
    words[record + OFFERED] = 0
    if (this.#consumed[thread] === -1) this.#rebuild(thread, record)
    const answer = this.#execute(thread, record)
    if (words[record + STATUS] === SLEEPS) return
    const answers = words[record + ANSWERS] as number
    ;(this.#answers[thread] as number[])[answers] = answer
    words[record + ANSWERS] = answers + 1
    this.#consumed[thread] = answers + 1
    this.request.line = words[record + LINE] as number
    this.request.history = this.request.extend(this.#history(record), answer)
    this.#proceed(thread, record, answer)
  }

  #beginTurn(thread: number, record: number): void {
    const { words } = this.world
    words[record + TURN] = words[record + ANSWERS] as number
    words[record + CHANGED] = 1
    words[record + LINE] = step.OUTSIDE
    this.#consumed[thread] = words[record + ANSWERS] as number
    this.#begin(thread, record)
    this.#proceed(thread, record, undefined)
  }

  #begin(thread: number, record: number): void {
    const registers = this.#registers[thread] as Int32Array
    let history = 0
    for (let index = 0; index < REGISTER_COUNT; index++) {
      const value = this.world.words[record + REGISTERS + index] as number
      registers[index] = value
      history = this.request.extend(history, value)
    }
    this.request.line = step.OUTSIDE
    this.request.history = history
    const running = this.#running[thread] as step.Running[]
    running.length = 0
    running.push((this.actors[thread] as Actor).turn(registers))
  }

  #rebuild(thread: number, record: number): void {
    const { words } = this.world
    const answers = this.#answers[thread] as number[]
    this.#begin(thread, record)
    this.#resume(thread, undefined)
    const end = words[record + ANSWERS] as number
    for (let index = words[record + TURN] as number; index < end; index++) {
      const answer = answers[index] as number
      this.request.history = this.request.extend(this.request.history, answer)
      this.#resume(thread, answer)
    }
  }

  /** Runs the thread up to its next request; returns the answer of its turn if that ends. */
  #resume(thread: number, answer: unknown): number | undefined {
    const running = this.#running[thread] as step.Running[]
    const { request } = this
    let value = answer
    for (let depth = running.length; depth > 0; ) {
      const result = (running[depth - 1] as step.Running).next(value)
      if (result.done === true) {
        running.pop()
        depth--
        value = result.value
      } else if (request.callee !== undefined) {
        running.push(request.callee)
        depth++
        request.callee = undefined
        value = undefined
      } else return undefined
    }
    return value as number
  }

  #history(record: number): number {
    const { words } = this.world
    return ((words[record + HISTORY] as number) >>> 0) * 0x100000 + (words[record + HISTORY2] as number)
  }

  #proceed(thread: number, record: number, answer: unknown): void {
    const { words } = this.world
    const { request } = this
    const end = this.#resume(thread, answer)
    if (end !== undefined) {
      const registers = this.#registers[thread] as Int32Array
      for (let index = 0; index < REGISTER_COUNT; index++) {
        words[record + REGISTERS + index] = registers[index] as number
      }
      if (end === RETRY) {
        this.#beginTurn(thread, record)
      } else if (end === EXIT) {
        this.exit(thread)
      } else {
        words.fill(0, record + KIND, record + THREAD_WORDS)
        words[record + STATUS] = FINISHED
      }
      return
    }
    words[record + KIND] = request.kind
    words[record + SITE] = request.site
    words[record + AT] = request.at
    words[record + A] = request.a
    words[record + B] = request.b
    words[record + C] = request.c
    words[record + D] = request.d
    words[record + LINE] = request.line
    if (request.hashes) {
      words[record + HISTORY2] = request.history % 0x100000
      words[record + HISTORY] = (request.history / 0x100000) | 0
    }
    words[record + KILLABLE] = request.killable ? 1 : 0
  }

  #execute(thread: number, record: number): number {
    const { words } = this.world
    const kind = words[record + KIND] as number
    const at = words[record + AT] as number
    const a = words[record + A] as number
    const b = words[record + B] as number
    if (kind <= step.WAIT && (at < 0 || at >> 2 >= this.world.memoryWords)) throw new Error(`address ${at}`)
    const word = at >> 2
    const old = words[word] as number
    switch (kind) {
      case step.LOAD:
      case step.PEEK:
        this.#touch(thread, word, false)
        return old
      case step.STORE:
      case step.POKE:
        this.#write(thread, word, a)
        return 0
      case step.CAS:
        if (old === a) this.#write(thread, word, b)
        else this.#touch(thread, word, false)
        return old
      case step.CAS64: {
        if (at % 8 !== 0) throw new Error(`cas64 at ${at}`)
        const fits = old === a && words[word + 1] === b
        if (fits) {
          this.#write(thread, word, words[record + C] as number)
          this.#write(thread, word + 1, words[record + D] as number)
        } else {
          this.#touch(thread, word, false)
          this.#touch(thread, word + 1, false)
        }
        return fits ? 1 : 0
      }
      case step.ADD:
        this.#write(thread, word, (old + a) | 0)
        return old
      case step.OR:
        this.#write(thread, word, old | a)
        return old
      case step.NOTIFY:
        this.#touch(thread, word, true)
        return notifySleepers(this.world, at, a)
      case step.WAIT:
        this.#touch(thread, word, true)
        if (isTimed(this.world, thread)) {
          this.#touch(thread, CLOCK >> 2, false)
          if (words[CLOCK >> 2] !== 0) return 0
        }
        if (old === a) sleep(this.world, thread)
        return 0
      case step.BACK_OFF:
        words[record + CHANGED] = 0
        return 0
      case step.WOKEN:
        return 0
      case step.OBSERVE:
        return this.observer(this, thread, at, a, b)
      case step.DEATH:
        return words[this.world.deaths + 1 + at] as number
      default:
        throw new Error(`kind ${kind}`)
    }
  }

  #write(thread: number, word: number, value: number): void {
    this.#touch(thread, word, true)
    if (!this.world.set(word, value)) return
    if (word === CLOCK >> 2) lapse(this.world)
    const { words, threads, threadCount } = this.world
    for (let other = 0; other < threadCount; other++) {
      if (other !== thread) words[threads + other * THREAD_WORDS + CHANGED] = 1
    }
  }

  #touch(thread: number, word: number, writes: boolean): void {
    const bit = 1 << thread
    this.#readers[word] = (this.#readers[word] as number) | bit
    if (writes) this.#writers[word] = (this.#writers[word] as number) | bit
    if (this.contended[word] === 1) return
    const others = ((writes ? this.#readers[word] : this.#writers[word]) as number) & ~bit
    if (others === 0) return
    // Threads that have exited accessed it before this thread, so the order cannot matter.
    for (let other = 0; other < this.actors.length; other++) {
      if ((others & (1 << other)) === 0 || this.world.status(other) === EXITED) continue
      this.contended[word] = 1
      this.grown = true
      return
    }
  }

  /** Two halves of a hash of the state. */
  hashes(into: Uint32Array): void {
    const { words, hash, threadCount, sleepers, deaths, kills } = this.world
    let first = ((words[hash] as number) + (words[kills] as number)) | 0
    let second = words[hash + 1] as number
    for (let thread = 0; thread < threadCount; thread++) {
      const record = this.world.thread(thread)
      const flags = (words[record + STATUS] as number) * 2 + (words[record + CHANGED] as number)
      // A woken thread, a sleeping one and one about to sleep have the same history.
      const local = flags * 32 + (words[record + KIND] as number)
      first = mix(first ^ local, words[record + HISTORY] as number)
      second = mix2(second + local, words[record + HISTORY2] as number)
    }
    for (let index = 0; index <= (words[sleepers] as number); index++) {
      first = mix(first, words[sleepers + index] as number)
      second = mix2(second, words[sleepers + index] as number)
    }
    for (let index = 0; index <= (words[deaths] as number); index++) {
      first = mix(first, words[deaths + index] as number)
      second = mix2(second, words[deaths + index] as number)
    }
    into[0] = first
    into[1] = second
  }

  describe(thread: number): string {
    const { words } = this.world
    const record = this.world.thread(thread)
    const { name } = this.actors[thread] as Actor
    const status = words[record + STATUS] as number
    if (status === FINISHED) return `${name}: finished`
    if (status === EXITED) return `${name}: gone`
    const site = this.sites[words[record + SITE] as number] as Site
    const kind = words[record + KIND] as number
    const at = words[record + AT] as number
    const value = kind <= step.WAIT ? ` [${at}] is ${words[at >> 2]}` : ` ${at}`
    const args = [A, B, C, D].map((offset) => words[record + offset]).join(' ')
    const state = status === SLEEPS ? ' (asleep)' : ''
    return `${name}: ${site.inside}: ${site.text}${state}  ${step.KIND_NAMES[kind]}${value}; ${args}`
  }
}
