import { entriesOf, type Geometry, geometryOf, type Kind, layOut, ledgerAt } from '../../src/core/geometry.ts'
import { type Core, configureCore, coreOf } from '../../src/core/instance.ts'
import * as layout from '../../src/core/words/offsets.ts'
import * as say from './actors.ts'
import { type Bounds, type Checks, type Explored, explore } from './explore.ts'
import { CLOCK, PARKING_LOT } from './futex.ts'
import { at, fail, heldIn, Invariants, itemOf, queuedIn, type Words } from './invariants.ts'
import { type Actor, Machine, type Turn } from './machine.ts'
import { Sampler, type Sampling } from './pct.ts'
import * as step from './steps.ts'
import { type Fault, type Program, program } from './transform.ts'
import { AT, EXITED, FINISHED, KIND, REGISTERS, RUNS, STATUS, World } from './world.ts'

/** A queue and the threads at it. */
export interface Scenario {
  /**
   * In a priority queue an item's priority is its number, negative for producers of odd numbers.
   * @default 'fifo'
   */
  readonly kind?: Kind
  readonly maxsize?: number
  readonly maxInFlight?: number
  /** Most items that one put or take moves at once. @default 0 */
  readonly batch?: number
  /** The slots carry the items. */
  readonly values?: boolean
  /** The first position. */
  readonly start?: number
  readonly blocks?: number
  readonly maxDeliveries?: number
  readonly dropsOldest?: boolean
  /** Dead-lettered items wait to be moved to the dead letters. Otherwise they count as finished. */
  readonly deadLetters?: boolean
  /** Number of ledgers; one for each thread that uses one, unless given. */
  readonly ledgers?: number
  readonly threads: readonly Participant[]
  /** Deliberate faults in the source. */
  readonly faults?: readonly Fault[]
  /** Threads may die inside straight lines, too, which the real core prevents. */
  readonly tears?: boolean
  /** A check at every end, beside those that always hold there. */
  readonly end?: (end: End) => void
}

/** A thread: its turn, and its first registers as a function of its ledger. */
export interface Participant {
  readonly name: string
  readonly turn:
    | 'produce'
    | 'produceBatch'
    | 'consume'
    | 'consumeBatch'
    | 'join'
    | 'shutDown'
    | 'guard'
    | 'tick'
    | 'register'
    | 'leave'
    | 'follow'
    | 'closeProducer'
  readonly registers: (ledger: number, self: number) => number[]
  readonly mortal?: boolean
  readonly ledger?: boolean
}

/** The items of a producer are 16 * number + 1 and up. */
export function producer(
  number: number,
  items: number,
  options: { mortal?: boolean; bytes?: number } = {},
): Participant {
  const first = number * 16 + 1
  return {
    name: `producer ${number}`,
    turn: 'produce',
    registers: (ledger) => [ledger, first, first + items - 1, options.bytes ?? 0],
    mortal: options.mortal ?? false,
  }
}

/** As producer, but it puts several items at once. */
export function batchProducer(
  number: number,
  items: number,
  options: { mortal?: boolean } = {},
): Participant {
  const first = number * 16 + 1
  return {
    name: `batch producer ${number}`,
    turn: 'produceBatch',
    registers: (ledger) => [ledger, first, first + items - 1, 0, 0],
    mortal: options.mortal ?? false,
  }
}

export interface TakerOptions {
  readonly manner?: number
  readonly over?: number
  /** Looks once before it waits. */
  readonly looks?: boolean
  /** Waits in a select. */
  readonly selects?: boolean
  /** Waits as a promise. */
  readonly awaits?: boolean
  readonly mortal?: boolean
}

export const UNTIL_END = -1

export function taker(number: number, items: number, options: TakerOptions = {}): Participant {
  return {
    name: `taker ${number}`,
    turn: 'consume',
    registers: (ledger) => [
      ledger,
      items,
      options.manner ?? say.FINISH,
      0,
      options.over ?? say.STAY,
      0,
      options.selects ? say.SELECTS : options.awaits ? say.AWAITS : options.looks ? say.LOOKS : 0,
    ],
    mortal: options.mortal ?? false,
  }
}

/** As taker, but it takes several items at once; with `ahead` all but the first are fetched ahead. */
export function batchTaker(
  number: number,
  items: number,
  options: Pick<TakerOptions, 'manner' | 'over' | 'mortal'> & { ahead?: boolean } = {},
): Participant {
  const { manner = say.FINISH, over = say.STAY, ahead = false } = options
  return {
    name: `batch taker ${number}`,
    turn: 'consumeBatch',
    registers: (ledger, self) => [ledger, items, manner, 0, over, 0, ahead ? 1 : 0, self],
    mortal: options.mortal ?? false,
  }
}

function fetchesAhead({ turn, registers }: Participant): boolean {
  return turn === 'consumeBatch' && registers(0, 0)[6] === 1
}

export function guardian(number: number, mortal = false): Participant {
  return {
    name: `guardian ${number}`,
    turn: 'guard',
    registers: (_ledger, self) => [self, 0, mortal || number > 0 ? 1 : 0],
    mortal,
    ledger: false,
  }
}

export function joiner(mortal = false): Participant {
  return { name: 'joiner', turn: 'join', registers: (ledger) => [ledger], mortal }
}

export function closer(immediate: boolean, mortal = false): Participant {
  return { name: 'closer', turn: 'shutDown', registers: (ledger) => [ledger, immediate ? 1 : 0], mortal }
}

export function clock(): Participant {
  return { name: 'clock', turn: 'tick', registers: () => [], ledger: false }
}

export function registrant(number: number, mortal = false): Participant {
  return {
    name: `registrant ${number}`,
    turn: 'register',
    registers: (_ledger, self) => [self, 0],
    mortal,
    ledger: false,
  }
}

/** The thread whose puts are counted for a producer, in the first ledger. It detaches, or dies. */
export function predecessor(): Participant {
  return { name: 'predecessor', turn: 'leave', registers: (ledger, self) => [ledger, self], mortal: true }
}

export function successor(number: number): Participant {
  const registers = (_ledger: number, self: number) => [self, PRODUCER]
  return { name: `successor ${number}`, turn: 'follow', registers, ledger: false }
}

export function retirer(): Participant {
  return { name: 'retirer', turn: 'closeProducer', registers: () => [], ledger: false }
}

const PRODUCER = 7

/** Words of the observer, by item: how often it was accepted, delivered, settled and so on. */
const PER_ITEM = 6
const ITEMS = 64
const OF_ACCEPTED = 0
const OF_DELIVERED = 1
const OF_SETTLED = 2
/** Came back by a death or a retry. */
const OF_RETURNED = 3
const OF_GIVEN_UP = 4
const OF_POSTED = 5
/** By thread and producer: the last item at its first delivery. */
const ORDER = ITEMS * PER_ITEM
const COUNTS = ORDER + 16 * 4
const OBSERVER_WORDS = COUNTS + 16

/** A terminal state, for a scenario's own check. */
export class End {
  readonly words: Words
  readonly geometry: Geometry
  readonly deaths: number
  readonly #machine: Machine

  constructor(machine: Machine, geometry: Geometry) {
    this.#machine = machine
    this.words = machine.world.words
    this.geometry = geometry
    this.deaths = machine.world.words[machine.world.deaths] as number
  }

  /** How often threads reported the event. */
  count(what: number): number {
    return this.words[this.#machine.world.observer + COUNTS + what] as number
  }

  /** How often each event happened to the item. */
  item(id: number) {
    const from = this.#machine.world.observer + id * PER_ITEM
    const of = (offset: number) => this.words[from + offset] as number
    return {
      accepted: of(OF_ACCEPTED),
      delivered: of(OF_DELIVERED),
      settled: of(OF_SETTLED),
      returned: of(OF_RETURNED),
      givenUp: of(OF_GIVEN_UP),
      posted: of(OF_POSTED),
    }
  }

  /** Items that are queued, returns or held. */
  get unfinished(): number {
    const { words, geometry } = this
    let held = 0
    for (let index = 0; index < geometry.maxThreads; index++) {
      held += heldIn(words, geometry, ledgerAt(geometry, index)).length
    }
    return queuedIn(words) + at(words, layout.RETURNS) + held
  }
}

const programs = new Map<string, Promise<Program>>()

/** Explores. @throws Finding, with the trace */
export async function run(scenario: Scenario, bounds: Bounds = {}): Promise<Explored> {
  const { prepare, checks } = await prepared(scenario)
  return explore(prepare, checks, bounds)
}

/** A sampler: it runs schedules by chance. */
export async function samplerOf(scenario: Scenario, sampling: Sampling): Promise<Sampler> {
  const { prepare, checks } = await prepared(scenario)
  return new Sampler(prepare, checks, sampling)
}

interface Prepared {
  readonly prepare: () => Machine
  readonly checks: Checks
}

async function prepared(scenario: Scenario): Promise<Prepared> {
  const key = JSON.stringify(scenario.faults ?? [])
  const compiled = programs.get(key) ?? program(...(scenario.faults ?? []))
  programs.set(key, compiled)
  const source = await compiled
  const geometry = geometryFor(scenario)
  return { prepare: () => machineFor(scenario, source, geometry), checks: checksFor(scenario, geometry) }
}

function geometryFor({
  kind = 'fifo',
  maxsize = 1,
  maxInFlight = 1,
  batch = 0,
  values = false,
  blocks = 0,
  maxDeliveries = 0,
  dropsOldest = false,
  deadLetters = false,
  ledgers,
  threads,
}: Scenario): Geometry {
  const laidOut = geometryOf({
    kind,
    maxsize,
    itemBytes: 8,
    maxItemBytes: 8,
    memoryBytes: 0,
    maxThreads: ledgers ?? threads.filter(({ ledger }) => ledger !== false).length,
    maxInFlight,
    maxDeliveries,
    hasDeadLetters: false,
    dropsOldest,
    batch,
    valueBytes: values ? 8 : 0,
  })
  // No failure records: no step of the core touches them.
  const geometry = { ...laidOut, hasDeadLetters: deadLetters }
  if (blocks === 0) return geometry
  // The blocks have one byte and no memory: only their numbers matter here.
  return { ...geometry, blocks, blockBytes: 1, linksAt: geometry.bytes, bytes: geometry.bytes + 128 }
}

function machineFor(scenario: Scenario, source: Program, geometry: Geometry): Machine {
  const request = new step.Request()
  const timer = { unref: () => timer }
  const actors = source.evaluate(
    request,
    () => timer,
    () => {},
  ) as typeof say
  configureCore(actors.operations, geometry)
  const core = coreOf(geometry.kind, { ...actors.operations } as Core)
  const untransformed = () => fail('a call to shared that was not transformed')
  const lot = Object.assign(new actors.ModelParkingLot(), { load: untransformed, wait: untransformed })
  const withoutSafetyTimeout = {
    safetyTimeoutMs: Number.POSITIVE_INFINITY,
    noteMissedWake: untransformed,
    // A nap may end at any time: here it ends at once.
    nap: () => {},
    notify: () => {},
  }
  actors.share({ core, geometry, load: untransformed, wait: untransformed, lot, ...withoutSafetyTimeout })

  const world = new World(geometry.bytes >> 2, OBSERVER_WORDS, scenario.threads.length)
  const memory = new Int32Array(geometry.bytes >> 2)
  layOut(memory.buffer, geometry, scenario.start ?? 0)
  memory.forEach((value, index) => void world.set(index, value))
  let ledgers = 0
  const participants = scenario.threads.map((participant, self): Actor => {
    let ledger = 0
    if (participant.ledger !== false) {
      ledger = ledgerAt(geometry, ledgers++)
      world.set((ledger + layout.OWNER) >> 2, self + 1)
      if (participant.turn === 'leave') world.set((ledger + layout.PRODUCER) >> 2, PRODUCER)
    }
    const turn = actors[participant.turn] as unknown as Turn
    return {
      name: participant.name,
      turn,
      registers: participant.registers(ledger, self),
      mortal: participant.mortal ?? false,
    }
  })
  world.set(layout.LEDGERS_USED >> 2, ledgers)
  // An item that was revoked comes after later ones that its new holder took before.
  const isInOrder = geometry.kind === 'fifo' && !scenario.threads.some(fetchesAhead)
  const machine = new Machine(
    world,
    participants,
    request,
    (each, thread, what, item, attempts) => observe(each, isInOrder, thread, what, item, attempts),
    (each, thread) => noteDeath(each, geometry, thread),
    source.sites,
  )
  machine.tears = scenario.tears ?? false
  machine.start()
  return machine
}

function bump(machine: Machine, offset: number): number {
  const { world } = machine
  const index = world.observer + offset
  world.set(index, (world.words[index] as number) + 1)
  return world.words[index] as number
}

function observe(
  machine: Machine,
  isInOrder: boolean,
  thread: number,
  what: number,
  item: number,
  attempts: number,
): number {
  const { world } = machine
  bump(machine, COUNTS + what)
  const of = item * PER_ITEM
  if (what === say.ACCEPTED) bump(machine, of + OF_ACCEPTED)
  if (what === say.TORN) fail(`item ${item} is torn`)
  const count = (offset: number) => world.words[world.observer + of + offset] as number
  if (what === say.SETTLED) {
    if (bump(machine, of + OF_SETTLED) > 1) fail(`item ${item} was finished twice`)
    if (count(OF_GIVEN_UP) > 0 && count(OF_POSTED) === 0)
      fail(`item ${item} was dead-lettered, and has no letter`)
  }
  // The thread that dead-lettered it may die, or another may post it, before the event is reported.
  if (what === say.DEAD_LETTER_DELAY || what === say.POSTED) world.set(world.observer + of + OF_GIVEN_UP, 1)
  if (what === say.POSTED) {
    if ((attempts & layout.DEAD_LETTERED) === 0) fail(`item ${item} was posted, and not dead-lettered`)
    if (bump(machine, of + OF_POSTED) > 1 + count(OF_RETURNED)) fail(`item ${item} was posted twice`)
  }
  if (what !== say.DELIVERED) return 0
  if (count(OF_GIVEN_UP) > 0) fail(`item ${item} was dead-lettered, and delivered again`)
  if (item <= 0 || item >= ITEMS) fail(`item ${item} was never put`)
  const delivered = bump(machine, of + OF_DELIVERED)
  const returned = count(OF_RETURNED)
  if (delivered > 1 + returned)
    fail(`item ${item} was delivered ${delivered} times, and came back ${returned} times`)
  const attempt = attempts & layout.COUNT
  if (attempt < delivered || attempt > 1 + returned)
    fail(
      `attempt ${attempt} of item ${item}, which was delivered ${delivered} times, and came back ${returned} times`,
    )
  if (attempts === 1 && isInOrder) {
    const last = world.observer + ORDER + thread * 4 + (item >> 4)
    if ((world.words[last] as number) >= item) fail(`item ${item} was delivered after ${world.words[last]}`)
    world.set(last, item)
  }
  // Such a taker requeues the item in the same turn, so its return is counted here already.
  const manner = world.words[world.thread(thread) + REGISTERS + 2]
  if (attempts === 1 && (manner === say.RETRY_ONCE || manner === say.DELAY_ONCE))
    bump(machine, of + OF_RETURNED)
  return 0
}

/** The items that the dead thread held may be delivered once more. */
function noteDeath(machine: Machine, geometry: Geometry, thread: number): void {
  const { words } = machine.world
  for (let index = 0; index < geometry.maxThreads; index++) {
    const ledger = ledgerAt(geometry, index)
    if (at(words, ledger + layout.OWNER) !== thread + 1) continue
    for (const entry of heldIn(words, geometry, ledger, [layout.HELD]))
      bump(machine, itemOf(words, geometry, entry) * PER_ITEM + OF_RETURNED)
  }
}

function checksFor(scenario: Scenario, geometry: Geometry): Checks {
  const invariants = new Invariants(geometry, scenario.start)
  const ringEnd = geometry.ringAt + geometry.ringSize * geometry.slotBytes
  return {
    step(machine) {
      if (!machine.isInside) invariants.check(machine.world.words)
    },
    end(machine) {
      const { world } = machine
      const { words } = world
      for (let thread = 0; thread < world.threadCount; thread++) {
        const record = world.thread(thread)
        const status = words[record + STATUS] as number
        const participant = scenario.threads[thread]
        const isImmediate = participant?.turn === 'shutDown' && participant.registers(0, thread)[1] === 1
        if (isImmediate && status === FINISHED && (at(words, layout.HEAD) & layout.SHUT) === 0)
          fail('the immediate shutdown is undone')
        if (status === FINISHED || status === EXITED) continue
        if (status === RUNS && words[record + KIND] === step.DEATH) continue
        if (status === RUNS) fail(`${machine.describe(thread)}: stuck`)
        const word = words[record + AT] as number
        const side = word === PARKING_LOT ? layout.GET : word - (word % layout.LINE_BYTES)
        refuseSleep(words, geometry, side, machine.describe(thread))
      }
      scenario.end?.(new End(machine, geometry))
    },
    // The cell number in a slot is read before the exchange that gives the slot to the thread. The list of
    // dead-lettered items is read before the lock is taken. The state of another thread's entry is exchanged
    // only from FETCHED; its owner writes plainly what it has begun, so the exchange fails before and after.
    // The SEQUENCE of a slot in a batch is published by that of the first: see operations/batch.ts. TAKEN and
    // FINISHED of a ledger have one writer, and only grow. A reader that gets the former count reads what it
    // would have read a moment before; the next atomic access of the writer's straight line ends that.
    mayRace: (address, exchanges) =>
      isEntryState(geometry, address) ||
      (!exchanges && isCount(geometry, address)) ||
      (!exchanges && address === layout.DEAD_LETTERED_FIRST) ||
      (!exchanges && address >= geometry.ringAt && address < ringEnd && mayRaceInSlot(geometry, address)),
  }
}

function mayRaceInSlot(geometry: Geometry, address: number): boolean {
  const offset = (address - geometry.ringAt) % geometry.slotBytes
  return offset === 0 ? geometry.batch > 0 : geometry.valueBytes === 0 && offset === layout.SLOT_CELL
}

/** Where the word is in its ledger; -1 if it is in none. */
function offsetInLedger({ ledgersAt, ledgerBytes, maxThreads }: Geometry, address: number): number {
  const isInLedger = address >= ledgersAt && address < ledgersAt + maxThreads * ledgerBytes
  return isInLedger ? (address - ledgersAt) % ledgerBytes : -1
}

function isCount(geometry: Geometry, address: number): boolean {
  const offset = offsetInLedger(geometry, address)
  return offset === layout.TAKEN || offset === layout.FINISHED
}

function isEntryState(geometry: Geometry, address: number): boolean {
  const offset = offsetInLedger(geometry, address)
  return (
    offset >= layout.ENTRIES &&
    offset < layout.ENTRIES + entriesOf(geometry) * layout.ENTRY_BYTES &&
    (offset - layout.ENTRIES) % layout.ENTRY_BYTES === layout.ENTRY_STATE
  )
}

/** Fails if a thread sleeps although its condition holds. */
function refuseSleep(words: Words, geometry: Geometry, side: number, who: string): void {
  const isShut = (at(words, layout.TAIL) & layout.SHUT) !== 0
  const queued = queuedIn(words)
  const returns = at(words, layout.RETURNS)
  let held = 0
  let fetched = 0
  for (let index = 0; index < geometry.maxThreads; index++) {
    held += heldIn(words, geometry, ledgerAt(geometry, index)).length
    fetched += heldIn(words, geometry, ledgerAt(geometry, index), [layout.FETCHED]).length
  }
  if (side === layout.GET && (queued > 0 || at(words, layout.RETURNED) > 0))
    fail(`${who}: sleeps, and there is an item`)
  if (side === layout.GET && fetched > 0)
    fail(`${who}: sleeps, and an item is fetched ahead that nobody begins`)
  if (side === layout.GET && at(words, layout.DELAYED) > 0 && at(words, CLOCK) !== 0)
    fail(`${who}: sleeps, and an item is due`)
  if (side === layout.GET && isShut && held + returns === 0) fail(`${who}: sleeps, and the queue has ended`)
  const naps = side === layout.PUT || side === layout.MEMORY
  if (naps && at(words, layout.URGENT + layout.WAITERS) === 0) fail(`${who}: is not counted as urgent`)
  if (side === layout.PUT && isShut) fail(`${who}: sleeps, and the queue is shut down`)
  if (side === layout.PUT && queued + returns < geometry.maxsize) fail(`${who}: sleeps, and there is room`)
  if (side === layout.MEMORY && at(words, layout.FREE_BLOCKS) === geometry.blocks)
    fail(`${who}: sleeps, and all blocks are free`)
  if (side === layout.JOIN && queued + returns + held === 0) fail(`${who}: sleeps, and all is finished`)
  const isDiscarding = (at(words, layout.HEAD) & layout.SHUT) !== 0
  if (side === layout.JOIN && isDiscarding && queued + returns + fetched > 0)
    fail(`${who}: sleeps, and what is left is not discarded`)
}
