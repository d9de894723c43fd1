import { LimitMemory } from '../../src/core/limit-memory.ts'
import * as offsets from '../../src/core/limits/index.ts'
import * as plain from '../../src/core/operations/index.ts'
import { bind } from '../../src/core/words/memory.ts'
import { BUSY } from '../../src/core/words/offsets.ts'
import type { Random } from '../support/random.mjs'

type Line = (...args: number[]) => number | undefined

/** The lines of the back end over Atomics, by name. */
const lines: Readonly<Record<string, unknown>> = { ...plain }

export const LINES = [
  ...(['grant', 'giveBack', 'penalize', 'drawTicket', 'standInLine', 'passOver', 'claimLimits'] as const),
  ...(['freeLimits', 'giveUpCell', 'addKey', 'evictKey', 'wakeLimits'] as const),
]
type Name = (typeof LINES)[number]

const GEOMETRY = { maxThreads: 3, maxKeys: 3 }
const { TICKET, VERSION, PASSED } = offsets
const TICKETS = 144
const LOCK = 0

/** Random operations of the same rate limiter twice: over the WebAssembly module, and over Atomics. */
export class LimitLines {
  readonly #random: Random
  readonly #memory: LimitMemory
  readonly #other: Int32Array
  readonly #bytes: Buffer
  readonly #otherBytes: Buffer
  readonly #hashes: readonly (readonly [number, number, number, number])[]
  #history: string[] = []
  #now: number
  /** How often each line has answered something other than BUSY and GONE. */
  readonly effects = new Map<string, number>()

  constructor(random: Random) {
    this.#random = random
    const pages = Math.ceil(LimitMemory.bytesFor(GEOMETRY) / 65536)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    this.#memory = new LimitMemory(memory, GEOMETRY)
    this.#other = new Int32Array(new SharedArrayBuffer(memory.buffer.byteLength))
    bind(this.#other.buffer)
    this.#bytes = Buffer.from(memory.buffer)
    this.#otherBytes = Buffer.from(this.#other.buffer)
    // Two buckets, and words with and without their highest bit.
    this.#hashes = [0, 1, 2, 3, -1].map((word) => [word & 1, word, -word | 0, word])
    this.#now = random.pick([0, 5, 2 ** 32, 2 ** 53 - 3])
    this.write(TICKETS, random.pick([0, -4, 0x7ffffffa, -0x80000000]))
    for (let ledger = 0; ledger < GEOMETRY.maxThreads; ledger++)
      this.run('claimLimits', this.#memory.ledgerAt(ledger), ledger, ledger + 1)
  }

  write(at: number, value: number): void {
    this.#history.push(`write(${at}, ${value})`)
    this.#memory.words[at >> 2] = value
    this.#other[at >> 2] = value
  }

  step(): void {
    const random = this.#random
    const memory = this.#memory
    const name = random.pick(LINES)
    const ledger = random.below(GEOMETRY.maxThreads)
    const key = random.below(GEOMETRY.maxKeys)
    const hash = random.once(8) ? random.pick(this.#hashes) : memory.hashOf(key)
    const at = memory.keyAt(key)
    const cell = memory.cellAt(ledger, key)
    const ledgerAt = memory.ledgerAt(ledger)
    if (random.once(3)) this.#now += random.pick([0, 1, 999, 1e6, 1e9])
    const now = this.#now - (random.once(9) ? 1 : 0)
    const owner = memory.ownerOf(ledger)
    switch (name) {
      case 'grant':
        this.run(name, at, ...hash, cell, 1 + random.below(4), now, random.below(3000), random.below(2))
        break
      case 'giveBack':
        this.run(name, at, cell, now)
        break
      case 'penalize':
        this.run(name, at, ...hash, now + random.below(3000))
        break
      case 'drawTicket':
        this.run(name)
        break
      case 'standInLine': {
        const ticket = random.once(3) ? 0 : this.run('drawTicket')
        this.run(name, at, ...hash, cell, ticket, 1 + random.below(4), now, random.below(2))
        break
      }
      case 'passOver': {
        const ticket = random.once(4) ? 0 : (memory.words[(cell + TICKET) >> 2] as number)
        this.run(name, at, cell, random.once(4) ? ticket | PASSED : ticket, now, random.pick([0, 500, 5e6]))
        break
      }
      case 'claimLimits':
        this.run(name, ledgerAt, ledger, random.once(2) ? 9 : ledger + 1)
        break
      case 'freeLimits':
        this.run(name, ledgerAt, random.once(2) ? owner : 7)
        break
      case 'giveUpCell':
        this.run(name, ledgerAt, random.once(2) ? owner : 7, at, cell, now)
        break
      case 'addKey':
        this.#add(now)
        break
      case 'evictKey':
        this.#evict(key, now)
        break
      case 'wakeLimits':
        this.run(name, ledgerAt)
    }
    // Another thread is in a line, or damage.
    if (random.once(60)) this.write(LOCK, random.once(2) ? 1 : 0)
    else if (random.once(4)) this.write(LOCK, 0)
  }

  damage(): void {
    const bytes = LimitMemory.bytesFor(GEOMETRY)
    const at = this.#random.below(bytes >> 2) << 2
    // Not the words by which lines reach other ones: those are bounded by what the library has checked.
    const isLink = at >= VERSION && at < VERSION + 16
    if (!isLink && !this.#isNext(at)) this.write(at, this.#random.pick([0, 1, -1, 0x7fffffff, -0x80000000]))
  }

  run(name: Name, ...args: number[]): number {
    const answer = (this.#memory.core[name] as Line)(...args)
    const other = (lines[name] as Line)(...args)
    if (this.#history.length >= 40) this.#history = this.#history.slice(-20)
    this.#history.push(`${name}(${args.join(', ')})`)
    if (answer !== other) throw this.#differ(`WebAssembly answers ${answer}, Atomics ${other}`)
    if (answer !== BUSY && answer !== offsets.GONE) this.effects.set(name, (this.effects.get(name) ?? 0) + 1)
    return answer ?? 0
  }

  compare(): void {
    if (this.#bytes.equals(this.#otherBytes)) return
    const { words } = this.#memory
    const index = words.findIndex((word, at) => word !== this.#other[at])
    throw this.#differ(`byte ${index * 4}: WebAssembly ${words[index]}, Atomics ${this.#other[index]}`)
  }

  #differ(how: string): Error {
    return new Error(`the back ends differ: ${how}; the last operations:\n${this.#history.join('\n')}`)
  }

  #isNext(at: number): boolean {
    const { keysAt } = this.#memory
    const offset = at - keysAt
    const isOfKey = offset >= 0 && offset < GEOMETRY.maxKeys * offsets.KEY_BYTES
    return isOfKey && offset % offsets.KEY_BYTES === offsets.NEXT
  }

  #add(now: number): void {
    const random = this.#random
    const memory = this.#memory
    const hash = random.pick(this.#hashes)
    const step = 1 + random.below(2000)
    const version = memory.version - (random.once(9) ? 1 : 0)
    const places = random.below(3)
    const bucket = memory.bucketAt(hash)
    const quota = [step, 1 + random.below(3), step * 4, 4, places, now] as const
    this.run('addKey', memory.keysAt, GEOMETRY.maxKeys, bucket, version | 0, ...hash, ...quota)
  }

  #evict(key: number, now: number): void {
    const memory = this.#memory
    let link = memory.bucketAt(memory.hashOf(key))
    for (let left = GEOMETRY.maxKeys; left > 0; left--) {
      const next = memory.follow(link)
      if (next === key || next < 0 || next >= GEOMETRY.maxKeys) break
      link = memory.linkOf(next)
    }
    if (memory.follow(link) !== key) return
    const late = this.#random.once(2) ? 1e10 : 0
    this.run('evictKey', memory.keyAt(key), key, link, memory.version, now + late)
  }
}
