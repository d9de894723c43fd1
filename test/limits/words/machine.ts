import type { LimitMemory } from '../../../src/core/limit-memory.ts'
import { KEY_BYTES, LEDGERS, LOCK, TICKET, TICKETS, WAITERS } from '../../../src/core/limits/offsets.ts'
import type { Limiter } from '../../../src/limits/limiter.ts'
import { mix, mix2 } from '../../schedules/mix.ts'
import { KINDS, type Kind, LAST_READ } from './kinds.ts'
import type { Program } from './steppable.ts'

/** Runs threads at one limiter, one shared access at a time. Time passes only between steps, by `pass`. */

export type Running = Generator<undefined, unknown, unknown>

/** What a thread does, in steps. It may set calls going that wait asynchronously. */
export type Script = (thread: Thread) => Running

export interface Options {
  readonly maxKeys: number
  /** Ledgers: as many as threads, unless given. */
  readonly maxThreads?: number
  readonly quota: { limit: number; interval: number; burst: number; step: number; concurrency: number }
  /** By the name of the key: four words. */
  readonly hashOf: (name: string) => readonly [number, number, number, number]
  /** When the limiter's time begins, in ns, and the ticket that was drawn last. */
  readonly start?: number
  readonly tickets?: number
  /** The keys that are in use from the start. */
  readonly added: readonly string[]
  /** Threads claim their ledgers in steps. */
  readonly claims?: boolean
  /** Threads that claim theirs so many ms later. */
  readonly claimsLater?: Readonly<Record<number, number>>
  /** Time passes so often while threads could run. */
  readonly ticks?: number
  /** There may be fewer ledgers than living threads. */
  readonly isFull?: boolean
  readonly scripts: readonly (Script | undefined)[]
}

/** Sees what the threads do. @throws Error for a finding */
export interface Observer {
  entered(thread: Thread, line: string, args: readonly number[]): void
  left(thread: Thread, line: string, args: readonly number[], answer: number): void
  looks(thread: Thread): void
  /** No thread runs, apart from those that are stalled. */
  idle(): void
  ended(): void
  /** The number of a key that is in use; -1: it is not. */
  numberOf(hash: readonly number[]): number
  readonly isLocked: boolean
  /** Of what it knows. */
  hash(): number
}

interface Event {
  readonly label: number
  readonly start: () => unknown
}

interface Timer extends Event {
  readonly at: number
}

interface AsyncSleep {
  readonly word: number
  readonly thread: Thread
  then: (() => unknown) | undefined
}

/** What is not given back to the system: settled at once, and its callbacks are events. */
class Settled {
  static resolve(value: unknown): Settled {
    return new Settled((resolve) => resolve(value))
  }
  static reject(error: unknown): Settled {
    return new Settled((_, reject) => reject(error))
  }
  value: unknown
  error: unknown
  isSettled = false
  onSettled: (() => void) | undefined
  constructor(executor: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void) {
    const settle = (value: unknown, error: unknown) => {
      if (this.isSettled) return
      this.isSettled = true
      this.value = value
      this.error = error
      this.onSettled?.()
    }
    executor(
      (value) => settle(value, undefined),
      (error) => settle(undefined, error),
    )
  }
}

/** In place of the promise of a sleep. */
class Woken {
  readonly #sleep: AsyncSleep
  constructor(sleep: AsyncSleep) {
    this.#sleep = sleep
  }
  // biome-ignore lint/suspicious/noThenProperty: in place of a promise
  then(then: () => unknown): void {
    this.#sleep.then = then
  }
}

class StrongRef {
  readonly #target: unknown
  constructor(target: unknown) {
    this.#target = target
  }
  deref(): unknown {
    return this.#target
  }
}

class NoRegistry {
  register(): void {}
  unregister(): void {}
}

/** The modules as one thread has evaluated them; kept from one run to the next. */
export interface Evaluated {
  readonly thread: { current: Thread | undefined }
  readonly modules: { Limiter: typeof Limiter; LimitMemory: typeof LimitMemory }
}

export function evaluated(program: Program, index: number): Evaluated {
  const thread: { current: Thread | undefined } = { current: undefined }
  const now = () => thread.current as Thread
  const $ = {
    ask: (kind: number, at: number, a = 0, b = 0) => now().ask(kind, at, a, b),
    run,
    enter: (line: string, args: readonly number[]) => now().enter(line, args),
    leave: (line: string, args: readonly number[], answer: number) => now().leave(line, args, answer),
    setTimeout: (start: () => unknown, ms: number) => now().setTimeout(start, ms),
    clearTimeout: (timer: Timer | undefined) => now().clearTimeout(timer),
    onAbort: (signal: { abort: () => unknown }, abort: () => unknown) => {
      signal.abort = abort
      return () => {
        signal.abort = () => {}
      }
    },
    dead: { keys: () => now().machine.dead.keys() },
    threadNumber: index + 1,
    hashOf: (name: string) => {
      const hash = now().machine.options.hashOf(name)
      return { readInt32LE: (at: number) => hash[at >> 2] }
    },
  }
  const process = { env: { MILLRACE_SAFETY_TIMEOUT: 'never' } }
  const modules = program($, Settled, StrongRef, NoRegistry, process) as Evaluated['modules']
  return { thread, modules }
}

/** What a call has answered, to be delegated to. */
function run(answer: unknown): Iterable<unknown> {
  if (isRunning(answer)) return answer
  const ended = { next: () => ({ done: true, value: answer }) }
  return { [Symbol.iterator]: () => ended } as Iterable<unknown>
}

function isRunning(value: unknown): value is Running {
  return typeof value === 'object' && value !== null && 'throw' in value && 'next' in value
}

export class Thread {
  readonly machine: Machine
  readonly index: number
  readonly modules: Evaluated['modules']
  limiter!: Limiter
  isAlive = true
  isStalled = false
  /** The line that it is in. */
  line: string | undefined
  kind = -1
  at = 0
  a = 0
  b = 0
  /** It blocks: until a wake, or this time. */
  sleepsUntil: number | undefined
  wasWoken = false
  /** It has tried in vain, and the lock is still taken. */
  isBackedOff = false
  events: Event[] = []
  timers: Timer[] = []
  running: Running | undefined
  history = 0
  history2 = 0
  /** By key: its calls that wait asynchronously, the oldest first. */
  readonly calls = new Map<string, unknown[]>()
  #labels = 0

  constructor(machine: Machine, index: number, { thread, modules }: Evaluated) {
    this.machine = machine
    this.index = index
    this.modules = modules
    thread.current = this
  }

  get isRunnable(): boolean {
    if (!this.isAlive || this.isStalled) return false
    if (this.running === undefined) return this.events.length > 0
    if (this.sleepsUntil !== undefined) return this.wasWoken || this.machine.clock >= this.sleepsUntil
    return !this.isBackedOff
  }

  get mayStall(): boolean {
    return this.running === undefined || this.sleepsUntil !== undefined
  }

  get isFallingAsleep(): boolean {
    return this.kind === WAIT && this.running !== undefined && this.sleepsUntil === undefined && this.isAlive
  }

  /** A switch to another thread before its next access may matter. */
  get isSeen(): boolean {
    if (this.running === undefined || this.line === undefined) return true
    // Words that are written only under the lock, which this thread has.
    const { kind, at } = this
    return kind > LAST_READ || (kind === 0 && at < this.machine.memory.keysAt)
  }

  ask(kind: number, at: number, a: number, b: number): undefined {
    this.kind = kind
    this.at = at
    this.a = a
    this.b = b
    return undefined
  }

  enter(line: string, args: readonly number[]): void {
    this.line = line
    this.machine.observer?.entered(this, line, args)
  }

  leave(line: string, args: readonly number[], answer: number): void {
    this.line = undefined
    this.machine.observer?.left(this, line, args, answer)
  }

  later(start: () => unknown): void {
    this.events.push({ label: ++this.#labels, start })
  }

  setTimeout(start: () => unknown, ms: number): Timer {
    const timer = { label: ++this.#labels, start, at: this.machine.clock + Math.ceil(ms * 1e6) }
    this.timers.push(timer)
    return timer
  }

  clearTimeout(timer: Timer | undefined): void {
    if (timer === undefined) return
    this.timers = this.timers.filter((each) => each !== timer)
    this.events = this.events.filter((each) => each !== timer)
  }

  learn(value: number): void {
    this.history = mix(this.history, value)
    this.history2 = mix2(this.history2, value)
  }

  /** Goes on with `answer`, until the next access. */
  proceed(answer: unknown): void {
    if (this.running === undefined) {
      const event = this.events.shift() as Event
      this.learn(event.label)
      const started = event.start()
      if (!isRunning(started)) return
      this.running = started
    }
    const { done } = this.running.next(answer)
    if (done === true) this.running = undefined
  }
}

export class Machine {
  readonly options: Options
  readonly memory: LimitMemory
  readonly threads: Thread[]
  readonly dead = new Map<number, boolean>()
  observer: Observer | undefined
  clock: number
  readonly words: Int32Array
  readonly #floats: Float64Array
  readonly #asleep: AsyncSleep[] = []
  #hash = 0
  #hash2 = 0

  constructor(options: Options, evaluated: readonly Evaluated[]) {
    this.options = options
    this.clock = options.start ?? 0
    const geometry = { maxThreads: options.maxThreads ?? evaluated.length, maxKeys: options.maxKeys }
    const { LimitMemory: Memory } = (evaluated[0] as Evaluated).modules
    const bytes = Math.ceil(Memory.bytesFor(geometry) / 128) * 128
    const buffer = new ArrayBuffer(bytes)
    const memory = { buffer } as unknown as WebAssembly.Memory
    this.words = new Int32Array(buffer)
    this.#floats = new Float64Array(buffer)
    this.threads = evaluated.map((each, index) => new Thread(this, index, each))
    this.memory = new Memory(memory, geometry)
    if (options.tickets !== undefined) this.words[TICKETS >> 2] = options.tickets
    const { quota } = options
    const handle = {
      ...{ millrace: 1, kind: 'limiter', id: 'id', name: '', salt: '', base: 0 },
      ...{ memory, geometry, quota },
    }
    for (const thread of this.threads) {
      thread.limiter = new thread.modules.Limiter(handle as never)
      const { attachment } = thread.limiter as unknown as { attachment: { claim(): Running; ledger: number } }
      if (options.claims !== true && options.claimsLater?.[thread.index] === undefined)
        attachment.ledger = this.#complete(thread, attachment.claim()) as number
      const begin = function* (): Running {
        if (attachment.ledger < 0) {
          try {
            attachment.ledger = (yield* attachment.claim()) as number
          } catch (error) {
            if (options.isFull !== true) throw error
            return undefined
          }
        }
        const script = options.scripts[thread.index]
        if (script !== undefined) yield* script(thread)
        return undefined
      }
      const delay = options.claimsLater?.[thread.index]
      if (delay === undefined) thread.later(begin)
      else thread.setTimeout(begin, delay)
    }
    const first = this.threads[0] as Thread
    for (const name of options.added) {
      const { table } = first.limiter as unknown as { table: { findOrAdd(...args: unknown[]): Running } }
      this.#complete(
        first,
        table.findOrAdd(name, () => quota),
      )
    }
    for (const thread of this.threads) {
      thread.history = 0
      thread.history2 = 0
    }
  }

  /** Before the run: all steps at once. */
  #complete(thread: Thread, running: Running): unknown {
    for (let result = running.next(); ; result = running.next(this.#answer(thread)))
      if (result.done === true) return result.value
  }

  /** Runs one step of the thread, and goes on to its next. */
  step(thread: Thread): void {
    if (thread.running === undefined) {
      thread.proceed(undefined)
      return
    }
    const answer = this.#answer(thread)
    if (answer !== SLEEPS) thread.proceed(answer)
  }

  /** The times at which something is to happen. */
  get nextTime(): number {
    let next = Number.POSITIVE_INFINITY
    for (const thread of this.threads) {
      if (!thread.isAlive) continue
      for (const { at } of thread.timers) next = Math.min(next, at)
      const { sleepsUntil } = thread
      if (sleepsUntil !== undefined && !thread.wasWoken && sleepsUntil > this.clock)
        next = Math.min(next, sleepsUntil)
    }
    return next
  }

  pass(until: number): void {
    this.clock = until
    for (const thread of this.threads) {
      const due = thread.timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)
      if (due.length === 0) continue
      thread.timers = thread.timers.filter(({ at }) => at > until)
      thread.events.push(...due)
    }
  }

  die(thread: Thread): void {
    thread.isAlive = false
    thread.running = undefined
    thread.timers = []
    thread.events = []
    this.dead.set(thread.index, true)
    for (const other of this.threads) {
      if (!other.isAlive) continue
      other.later(() => other.limiter.attachment.recover(thread.index + 1) as unknown)
    }
  }

  /** Of the whole state, but for what follows from it. */
  hash(): number {
    let one = mix(this.#hash, this.clock % 0x7fffffff)
    let two = mix2(this.#hash2, Math.floor(this.clock / 1e3) | 0)
    for (const thread of this.threads) {
      const state =
        (thread.isAlive ? 1 : 0) |
        (thread.isStalled ? 2 : 0) |
        (thread.sleepsUntil === undefined ? 0 : 4) |
        (thread.wasWoken ? 8 : 0) |
        (thread.isBackedOff ? 16 : 0) |
        (thread.running === undefined ? 32 : 0)
      one = mix(mix(one, state), thread.history)
      two = mix2(mix2(two, state), thread.history2)
      for (const { label } of thread.events) one = mix(one, label)
      for (const { label, at } of thread.timers) two = mix2(two, label ^ at)
    }
    const seen = this.observer?.hash() ?? 0
    one = mix(one, seen)
    return (one >>> 0) * 0x200000 + (mix2(two, seen) & 0x1fffff)
  }

  float(at: number): number {
    return this.#floats[at >> 3] as number
  }

  word(at: number): number {
    return this.words[at >> 2] as number
  }

  #answer(thread: Thread): unknown {
    const { at, a, b } = thread
    const kind = KINDS[thread.kind] as Kind
    if (at < 0 || at >= this.words.byteLength) throw new Error(`address ${at}`)
    if (kind === 'readClock') {
      // As a try begins.
      if (thread.line === undefined && !this.#waits(thread)) this.observer?.looks(thread)
      thread.learn(this.clock % 0x7fffffff)
      return this.clock
    }
    if (kind === 'peekFloat' || kind === 'pokeFloat') {
      const index = at >> 3
      if (kind === 'pokeFloat') {
        const low = this.words[at >> 2] as number
        const high = this.words[(at >> 2) + 1] as number
        this.#floats[index] = a
        this.#changed(at >> 2, low)
        this.#changed((at >> 2) + 1, high)
        thread.learn(at)
        return undefined
      }
      thread.learn(this.words[at >> 2] as number)
      thread.learn(this.words[(at >> 2) + 1] as number)
      return this.#floats[index]
    }
    const word = at >> 2
    const old = this.words[word] as number
    switch (kind) {
      case 'load':
        // As the look at a line begins.
        if (thread.line === undefined && (at === LEDGERS || isWaiters(this.memory, at)))
          this.observer?.looks(thread)
        break
      case 'peek':
        break
      case 'store':
      case 'poke':
      case 'exchange':
        this.#write(word, a)
        break
      case 'cas':
        if (old === a) this.#write(word, b)
        break
      case 'add':
        this.#write(word, (old + a) | 0)
        break
      case 'notify':
        this.#notify(at)
        break
      case 'backOff':
        thread.isBackedOff = this.words[LOCK >> 2] !== 0
        break
      case 'wait':
        return this.#wait(thread, old, a, b)
      case 'waitAsync': {
        thread.learn(old === a ? 1 : 0)
        if (old !== a) return { async: false, value: 'not-equal' }
        const sleep: AsyncSleep = { word: at, thread, then: undefined }
        this.#asleep.push(sleep)
        return { async: true, value: new Woken(sleep) }
      }
    }
    thread.learn(old)
    return old
  }

  #waits({ limiter }: Thread): boolean {
    const { ledger } = limiter.attachment
    for (let key = 0; key < this.options.maxKeys; key++)
      if (ledger >= 0 && this.word(this.memory.cellAt(ledger, key) + TICKET) !== 0) return true
    return false
  }

  #wait(thread: Thread, old: number, epoch: number, ms: number): unknown {
    if (thread.sleepsUntil !== undefined) {
      thread.learn(thread.wasWoken ? 1 : 2)
      thread.sleepsUntil = undefined
      thread.wasWoken = false
      return 'ok'
    }
    thread.learn(old)
    if (old !== epoch) return 'not-equal'
    thread.sleepsUntil = this.clock + Math.ceil(ms * 1e6)
    return SLEEPS
  }

  #notify(at: number): void {
    for (const thread of this.threads)
      if (thread.sleepsUntil !== undefined && thread.at === at) thread.wasWoken = true
    for (const sleep of [...this.#asleep]) {
      if (sleep.word !== at) continue
      this.#asleep.splice(this.#asleep.indexOf(sleep), 1)
      if (sleep.thread.isAlive) sleep.thread.later(() => sleep.then?.())
    }
  }

  #write(word: number, value: number): void {
    const old = this.words[word] as number
    this.words[word] = value
    this.#changed(word, old)
  }

  #changed(word: number, old: number): void {
    const value = this.words[word] as number
    if (value === old) return
    this.#hash = (this.#hash + mix(word, value) - mix(word, old)) | 0
    this.#hash2 = (this.#hash2 + mix2(word, value) - mix2(word, old)) | 0
    if (word === LOCK >> 2) for (const thread of this.threads) thread.isBackedOff = false
  }
}

function isWaiters({ keysAt, geometry }: LimitMemory, at: number): boolean {
  return at >= keysAt && at < keysAt + geometry.maxKeys * KEY_BYTES && (at - keysAt) % KEY_BYTES === WAITERS
}

const WAIT = KINDS.indexOf('wait')
const SLEEPS = Symbol('sleeps')
