import {
  ARRIVAL,
  BURST,
  CONCURRENCY,
  FREE,
  HASH,
  LIVE,
  LOCK,
  NEXT,
  NOT_BEFORE,
  OWNER,
  PASSED,
  PLACES,
  STATE,
  STEP,
  TICKET,
  USED,
  WAITERS,
  WEIGHT,
} from '../../../src/core/limits/offsets.ts'
import { mix } from '../../schedules/mix.ts'
import type { Machine, Observer, Thread } from './machine.ts'

const DONE = 1
const PLACED = 7
const NO_KEY = 5
const BUSY = -1
const PATIENCE = 5e6
/** Timers count in ms. */
const ROUNDING = 1e6

/** Lines that take the lock. When one is left, the words are consistent. */
const LOCKED = new Set([
  ...['grant', 'giveBack', 'penalize', 'standInLine', 'passOver', 'giveUpCell', 'addKey', 'evictKey'],
])

interface Granted {
  readonly key: string
  readonly now: number
  readonly weight: number
}

/**
 * Since when it is the turn of a waiter: it is the first that is not passed over, it is due, a place is free.
 */
interface TurnOf {
  readonly ledger: number
  readonly ticket: number
  readonly since: number
}

export interface Expectations {
  /** No place is left at the end, and nobody waits. */
  readonly leavesNothing: boolean
}

/** Checks the invariants of a limiter while threads run. It reads the words itself. */
export class Checker implements Observer {
  readonly #machine: Machine
  readonly #expected: Expectations
  readonly #granted: Granted[] = []
  /** By thread: the waiters that stood before its own when it began to look, as `ledger:ticket:key`. */
  readonly #seen: Set<string>[]
  readonly #turns = new Map<number, TurnOf>()
  /** By ledger and key: the tickets that were drawn, in order, by which those that wrap can be compared. */
  readonly #drawn: number[] = []
  /** By the hash: nothing is granted before. */
  readonly #penalties = new Map<string, number>()
  #hash = 0
  /** Gets the lines that threads have left. */
  log: string[] | undefined

  constructor(machine: Machine, expected: Expectations = { leavesNothing: true }) {
    this.#machine = machine
    this.#expected = expected
    this.#seen = machine.threads.map(() => new Set())
  }

  hash(): number {
    return this.#hash
  }

  entered(_thread: Thread, _line: string, _args: readonly number[]): void {}

  left(thread: Thread, line: string, args: readonly number[], answer: number): void {
    this.log?.push(`${thread.index}: ${line}(${args.join(', ')}) ${answer ?? ''}`)
    if (answer === BUSY) {
      const isOther = this.#machine.threads.some((other) => other !== thread && other.line !== undefined)
      this.#require(isOther, `${line} answers BUSY, and no other thread is in a line`)
      return
    }
    if (line === 'drawTicket') {
      this.#require(answer !== 0 && (answer & PASSED) === 0, `ticket ${answer}`)
      this.#require(!this.#drawn.includes(answer), `ticket ${answer} twice`)
      this.#drawn.push(answer)
    } else if (line === 'grant' && (answer === DONE || answer === PLACED)) this.#grant(thread, args)
    else if (line === 'passOver' && answer === DONE) this.#passOver(args)
    else if (line === 'giveBack') this.#require(answer === DONE, 'a place cannot be given back')
    else if (line === 'penalize' && answer === DONE) this.#penalize(args)
    else if (line === 'addKey' && answer === NO_KEY)
      this.#require(this.#word(LIVE) === this.#machine.options.maxKeys, 'NO_KEY, and there are free keys')
    if (!LOCKED.has(line)) return
    this.#require(this.#word(LOCK) === 0, `${line} leaves LOCK taken`)
    this.#places()
    if (line === 'addKey' || line === 'evictKey') this.#table()
    const now = this.#nowOf(line, args)
    for (const key of this.#keys()) this.#turn(key, now)
  }

  looks(thread: Thread): void {
    const seen = this.#seen[thread.index] as Set<string>
    seen.clear()
    for (const key of this.#keys()) {
      for (const { ledger, ticket } of this.#line(key)) {
        if (ledger !== thread.limiter.attachment.ledger && (ticket & PASSED) === 0)
          seen.add(`${ledger}:${ticket}:${key}`)
      }
    }
  }

  /** Somebody is to look at each key that has a waiter, as soon as it can be granted. */
  idle(): void {
    const { threads, clock } = this.#machine
    this.#require(this.#word(LOCK) === 0, 'LOCK is taken, and no thread runs')
    this.#places()
    this.#table()
    for (const key of this.#keys()) {
      if (!this.#hasPlace(key)) continue
      let ahead = 0
      let due = Number.NEGATIVE_INFINITY
      for (const { ledger, ticket } of this.#sorted(key)) {
        due = Math.max(due, this.#dueAt(key, this.#word(this.#cell(ledger, key) + WEIGHT)))
        const thread = threads.find((each) => each.isAlive && each.limiter.attachment.ledger === ledger)
        if (
          thread === undefined ||
          thread.isStalled ||
          (thread.running !== undefined && thread.sleepsUntil === undefined)
        ) {
          if ((ticket & PASSED) === 0) ahead++
          continue
        }
        const turn = this.#turns.get(key)
        const since = Math.max(due, turn?.since ?? due)
        const latest = Math.max(clock + ROUNDING, ahead === 0 ? due : since + ahead * PATIENCE + ROUNDING)
        const next = thread.sleepsUntil ?? Math.min(...thread.timers.map(({ at }) => at))
        const isPassed =
          (ticket & PASSED) !== 0 &&
          this.#machine.dead.size === 0 &&
          this.#machine.options.ticks === undefined
        this.#require(!isPassed || next <= clock + ROUNDING, `${thread.index} runs, and is still passed over`)
        this.#require(
          next <= latest + 2,
          `${thread.index} waits for key ${key}, is to look at ${latest}, and does so at ${next}`,
        )
        break
      }
    }
  }

  ended(): void {
    const { threads } = this.#machine
    for (const key of this.#keys()) {
      for (const { ledger } of this.#line(key)) {
        const owner = this.#word(this.#machine.memory.ledgerAt(ledger) + OWNER)
        this.#require(false, `ledger ${ledger} of ${owner} waits for ever for key ${key}`)
      }
      if (this.#expected.leavesNothing)
        this.#require(this.#word(this.#machine.memory.keyAt(key) + USED) === 0, `key ${key} has a place left`)
    }
    for (const thread of threads) {
      const waits = [...thread.calls.values()].some((calls) => calls.length > 0)
      this.#require(!thread.isAlive || !waits, `a call of thread ${thread.index} waits for ever`)
      this.#require(!thread.isAlive || thread.running === undefined, `thread ${thread.index} sleeps for ever`)
      this.#require(
        thread.isAlive || !this.#owners().includes(thread.index + 1),
        `the ledger of thread ${thread.index}, which is dead, was not freed`,
      )
    }
  }

  #owners(): number[] {
    const { memory } = this.#machine
    return Array.from(
      { length: memory.geometry.maxThreads },
      (_, ledger) => memory.ledgerAt(ledger) + OWNER,
    ).map((at) => this.#word(at))
  }

  #grant(thread: Thread, args: readonly number[]): void {
    const [at, h0, h1, h2, h3, cell, weight, now, credit] = args as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const { quota } = this.#machine.options
    const key = `${h0},${h1},${h2},${h3}`
    this.#require(
      now <= this.#machine.clock && credit <= now - (this.#machine.options.start ?? 0),
      `credit ${credit}`,
    )
    this.#granted.push({ key, now, weight })
    this.#note(now, weight)
    const penalty = this.#penalties.get(key) ?? 0
    this.#require(now >= penalty, `a grant at ${now}, and a penalty until ${penalty}`)
    const own = this.#granted.filter((each) => each.key === key)
    for (const first of own) {
      let sum = 0
      for (const each of own)
        if (each.now >= first.now && each.now <= first.now + quota.interval) sum += each.weight
      this.#require(
        sum <= quota.limit + quota.burst,
        `${sum} granted from ${first.now} on within ${quota.interval}, of ${quota.limit} + ${quota.burst}`,
      )
    }
    const number = this.#numberOf(at)
    this.#require(
      number >= 0 && number === this.numberOf([h0, h1, h2, h3]),
      `a grant of ${key}, which is not there`,
    )
    const ticket = this.#word(cell + TICKET) & ~PASSED
    const ledger = thread.limiter.attachment.ledger
    for (const other of this.#line(number)) {
      if (other.ledger === ledger || (other.ticket & PASSED) !== 0) continue
      if (ticket !== 0 && this.#order(other.ticket) > this.#order(ticket)) continue
      this.#require(
        !(this.#seen[thread.index] as Set<string>).has(`${other.ledger}:${other.ticket}:${number}`),
        `ticket ${ticket} of thread ${thread.index} is granted before ${other.ticket} of ledger ${other.ledger}`,
      )
    }
  }

  #penalize([, h0, h1, h2, h3, until]: readonly number[]): void {
    const key = `${h0},${h1},${h2},${h3}`
    this.#penalties.set(key, Math.max(this.#penalties.get(key) ?? 0, until as number))
    this.#note(until as number)
  }

  #passOver(args: readonly number[]): void {
    const [at, , ticket, now] = args as [number, number, number, number]
    const turn = this.#turns.get(this.#numberOf(at))
    this.#require(
      turn?.ticket === ticket && now >= turn.since + PATIENCE,
      `ticket ${ticket} is passed over at ${now}; ${turn?.ticket} has its turn since ${turn?.since}`,
    )
  }

  /** Places and waiters that keys count are those of the cells. */
  #places(): void {
    const { memory } = this.#machine
    for (const key of this.#keys()) {
      let places = 0
      let waiters = 0
      for (let ledger = 0; ledger < memory.geometry.maxThreads; ledger++) {
        const cell = this.#cell(ledger, key)
        places += this.#word(cell + PLACES)
        if (this.#word(cell + TICKET) !== 0) waiters++
      }
      const at = memory.keyAt(key)
      const used = this.#word(at + USED)
      const concurrency = this.#word(at + CONCURRENCY)
      this.#require(used === places, `key ${key} counts ${used} places, and threads have ${places}`)
      this.#require(concurrency === 0 || used <= concurrency, `${used} places of ${concurrency} are taken`)
      const counted = this.#word(at + WAITERS)
      this.#require(counted === waiters, `key ${key} counts ${counted} waiters of ${waiters}`)
    }
  }

  /** Each key that is in use is in the chain of its bucket, once; the other ones are free. */
  #table(): void {
    const { memory, options } = this.#machine
    const seen = new Set<number>()
    const hashes = new Set<string>()
    for (let bucket = 0; bucket < memory.buckets; bucket++) {
      let link = memory.bucketAt([bucket, 0, 0, 0])
      for (let number = this.#word(link); number !== 0; number = this.#word(link)) {
        const key = number - 1
        this.#require(!seen.has(key), `key ${key} is in chains twice`)
        seen.add(key)
        const at = memory.keyAt(key)
        this.#require(this.#word(at + STATE) === 1, `key ${key} is in a chain, and not in use`)
        const hash = [0, 4, 8, 12].map((offset) => this.#word(at + HASH + offset))
        this.#require(!hashes.has(hash.join()), `${hash} is in the table twice`)
        hashes.add(hash.join())
        this.#require(
          memory.bucketAt(hash as never) === memory.bucketAt([bucket, 0, 0, 0]),
          `key ${key} is in another bucket`,
        )
        link = at + NEXT
      }
    }
    this.#require(this.#word(LIVE) === seen.size, `${this.#word(LIVE)} keys in use of ${seen.size}`)
    let free = 0
    for (let number = this.#word(FREE); number !== 0; number = this.#word(memory.keyAt(number - 1) + NEXT)) {
      this.#require(!seen.has(number - 1), `key ${number - 1} is free and in a chain, or free twice`)
      seen.add(number - 1)
      free++
    }
    this.#require(this.#word(LIVE) + free === this.#word(132), 'keys are neither in use nor free')
    this.#require(seen.size <= options.maxKeys, 'more keys than there are')
  }

  get isLocked(): boolean {
    return this.#word(LOCK) !== 0
  }

  /** The number of the key of this hash; -1: none. */
  numberOf(hash: readonly number[]): number {
    for (const key of this.#keys()) {
      const at = this.#machine.memory.keyAt(key)
      if ([0, 4, 8, 12].every((offset, index) => this.#word(at + HASH + offset) === hash[index])) return key
    }
    return -1
  }

  #turn(key: number, now: number): void {
    const first = this.#sorted(key).find(({ ticket }) => (ticket & PASSED) === 0)
    if (first === undefined || !this.#hasPlace(key)) {
      this.#turns.delete(key)
      return
    }
    const due = this.#dueAt(key, this.#word(this.#cell(first.ledger, key) + WEIGHT))
    const known = this.#turns.get(key)
    const isSame = known?.ledger === first.ledger && known.ticket === first.ticket
    const since = Math.max(due, isSame ? known.since : now)
    this.#turns.set(key, { ...first, since })
    if (!isSame) this.#note(first.ticket, since)
  }

  #nowOf(line: string, args: readonly number[]): number {
    if (line === 'grant') return args[7] as number
    if (line === 'giveBack') return args[2] as number
    if (line === 'standInLine') return args[8] as number
    if (line === 'passOver') return args[3] as number
    return line === 'giveUpCell' ? (args[4] as number) : this.#machine.clock
  }

  #keys(): number[] {
    const { memory, options } = this.#machine
    const keys: number[] = []
    for (let key = 0; key < options.maxKeys; key++)
      if (this.#word(memory.keyAt(key) + STATE) === 1) keys.push(key)
    return keys
  }

  #line(key: number): { ledger: number; ticket: number }[] {
    const line: { ledger: number; ticket: number }[] = []
    for (let ledger = 0; ledger < this.#machine.memory.geometry.maxThreads; ledger++) {
      const ticket = this.#word(this.#cell(ledger, key) + TICKET)
      if (ticket !== 0) line.push({ ledger, ticket })
    }
    return line
  }

  #sorted(key: number): { ledger: number; ticket: number }[] {
    return this.#line(key).sort((one, other) => this.#order(one.ticket) - this.#order(other.ticket))
  }

  #order(ticket: number): number {
    return this.#drawn.indexOf(ticket & ~PASSED)
  }

  #hasPlace(key: number): boolean {
    const at = this.#machine.memory.keyAt(key)
    const concurrency = this.#word(at + CONCURRENCY)
    return concurrency === 0 || this.#word(at + USED) < concurrency
  }

  #dueAt(key: number, weight: number): number {
    const machine = this.#machine
    const at = machine.memory.keyAt(key)
    const due = machine.float(at + ARRIVAL) + (weight - machine.float(at + BURST)) * machine.float(at + STEP)
    return Math.max(due, machine.float(at + NOT_BEFORE))
  }

  #numberOf(at: number): number {
    return this.#keys().find((key) => this.#machine.memory.keyAt(key) === at) ?? -1
  }

  #cell(ledger: number, key: number): number {
    return this.#machine.memory.cellAt(ledger, key)
  }

  #word(at: number): number {
    return this.#machine.word(at)
  }

  #note(...values: number[]): void {
    for (const value of values) this.#hash = mix(this.#hash, value % 0x7fffffff)
  }

  #require(condition: boolean, what: string): void {
    if (!condition) throw new Error(what)
  }
}
