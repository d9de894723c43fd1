import type { Actor, Local, Model, Step, Turn, WorldBase } from './explorer.ts'
import { type Access, type Fault, type SteppableWords, steppableWords } from './steppable.ts'

/**
 * The protocol of an item, from its slot to its last frame: the owner as the executor of a stage, threads as
 * the stage in workers/stage.ts and the queue below it. Queues are lists, since they are explored elsewhere.
 */

/** Deliberate faults of the protocol. */
export interface Faults {
  readonly words?: readonly Fault[]
  /** A slot is opened again once its item is decided. */
  readonly freesAtOnce?: boolean
  /** The owner passes on every output that it receives. */
  readonly takesCopies?: boolean
  /** A thread reads the epoch after it has seen that it must wait. */
  readonly epochLast?: boolean
  /** A failed item of a stage with turns goes back to the queue. */
  readonly retriesElsewhere?: boolean
  /** A failure is counted after the last frame was put. */
  readonly countsLast?: boolean
  /** A call that took too long puts its outcome. */
  readonly tellsLate?: boolean
  /** A call that waits is still charged with a death. */
  readonly staysEntered?: boolean
  /** The thread of a call in place is charged with the deaths of the one before. */
  readonly chargesAgain?: boolean
}

export interface Scenario {
  /** For each item: its key, its outputs, and how many of its first calls fail. */
  readonly items: readonly { readonly key?: string; readonly outputs: number; readonly fails?: number }[]
  readonly threads: number
  readonly window: number
  /** Items are claimed so many at once. */
  readonly grain?: number
  readonly isSimple?: boolean
  readonly hasTurns?: boolean
  readonly retries?: number
  readonly maxDeaths?: number
  readonly kills?: number
  /** Threads die only in a call of this item, or while it waits. */
  readonly killsIn?: number
  readonly timeouts?: number
  /** The owner ends the stage after so many outputs. */
  readonly endsAfter?: number
  readonly faults?: Faults
}

type Delivery = [slot: number, generation: number, suspect: number]

const UNREAD = 0
const OPEN = 1
/** Decided, and a later call has begun. */
const DECIDED = 2
const CLOSED = 3

interface ItemState {
  state: number
  slot: number
  generation: number
  /** Outputs that the owner has passed on. */
  outputs: number
  isDone: boolean
  /** The calls that really failed. */
  failed: number
  /** Threads that died with its call under way; those that died in the midst of entering or leaving it. */
  died: number[]
  mayHaveDied: number[]
  charged: number[]
}

const OUT = 0
/** The call is under way; it waits; it has returned. */
const CALLS = 1
const WAITS = 2
const RETURNED = 3

interface ThreadState {
  threadId: number
  held: Delivery | null
  ahead: Delivery[]
  call: number
  /** The words say that this thread is in a call. */
  entered: number
  /** 0: no time is taken; 1: it is; 2: the call took too long. */
  lane: number
}

interface World extends WorldBase {
  ring: Delivery[]
  returned: Delivery[]
  results: number[][]
  threads: ThreadState[]
  items: ItemState[]
  generations: number[]
  free: number[]
  keys: Record<string, number>
  isBusy: boolean
  passedOn: number
  isOver: boolean
  kills: number
  timeouts: number
}

const RESULT = 3
const OUTPUT = 2
const END = 4
const FAILED = 16
const RETRIED = 17
const DIED = 18
const GIVEN_UP = 19
const COPY = 20

const HEADER = 5
const SLOT = 4
const CALLER = 3

function local(
  name: string,
  run: (world: World) => unknown,
  may: (world: World) => boolean = () => true,
): Local<World> {
  return { kind: 'local', name, may, isOwn: false, run: (world) => Number(run(world) ?? 0) }
}

/** A step on what no other actor uses at the same time. */
function own(name: string, run: (world: World) => unknown): Local<World> {
  return { ...local(name, run), isOwn: true }
}

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}

export function modelOf(scenario: Scenario): Model<World> {
  const { items, threads, window, kills = 0, timeouts = 0, faults = {} } = scenario
  const words = steppableWords(...(faults.words ?? []))
  const slots = window + threads
  const world: World = {
    words: new Array(HEADER + slots * SLOT).fill(0),
    sleepers: [],
    woken: [],
    ring: [],
    returned: [],
    results: [],
    threads: Array.from({ length: threads }, (_, index) => ({
      threadId: index + 1,
      held: null,
      ahead: [],
      call: OUT,
      entered: 0,
      lane: 0,
    })),
    items: items.map(() => ({
      state: UNREAD,
      slot: -1,
      generation: 0,
      outputs: 0,
      isDone: false,
      failed: 0,
      died: [],
      mayHaveDied: [],
      charged: [],
    })),
    generations: new Array(slots).fill(0),
    free: Array.from({ length: slots }, (_, index) => slots - 1 - index),
    keys: {},
    isBusy: false,
    passedOn: 0,
    isOver: false,
    kills,
    timeouts,
  }
  const actors: Actor<World>[] = [
    { name: 'owner', turn: () => ownerTurn(words, scenario), again: ({ isOver }) => !isOver },
    { name: 'watch', turn: () => watchTurn(words, scenario), again: () => true },
    ...world.threads.map((_, index) => ({
      name: `thread ${index}`,
      turn: () => threadTurn(words, scenario, index),
      again: ({ isOver, threads }: World) => !isOver || (threads[index] as ThreadState).held !== null,
    })),
  ]
  const FIRST = 2
  return {
    world,
    actors,
    mortal: (world) =>
      world.threads.flatMap((thread, index) => (isMortal(world, scenario, thread) ? [FIRST + index] : [])),
    died: (world, actor) => died(world, actor - FIRST),
    access: (world, actor, access) => {
      if (actor >= FIRST) note(world.threads[actor - FIRST] as ThreadState, access)
    },
    end: (world) => end(world, scenario, slots),
  }
}

function isMortal(world: World, { killsIn }: Scenario, { lane, held, ahead, call }: ThreadState): boolean {
  if (lane === 2) return true
  if (world.kills === 0) return false
  if (killsIn === undefined) return held !== null || ahead.length > 0
  return held !== null && (call === CALLS || call === WAITS) && world.items[killsIn] === itemOf(world, held)
}

/** Notes that the words say of this thread that it is in a call. */
function note(thread: ThreadState, { kind, at, a }: Access): void {
  if (kind !== 'store' || at < HEADER || (at - HEADER) % SLOT !== CALLER) return
  thread.entered = a === thread.threadId ? 1 : 0
}

function died(world: World, index: number): void {
  const thread = world.threads[index] as ThreadState
  const { threadId, held, lane, call, entered, ahead } = thread
  if (lane !== 2) world.kills--
  if (held !== null) {
    const item = itemOf(world, held)
    if (item !== undefined && call !== WAITS && lane !== 2) {
      if (call === CALLS) item.died.push(threadId)
      else if (entered === 1) item.mayHaveDied.push(threadId)
    }
    world.returned.push([held[0], held[1], lane === 2 ? 0 : 1])
  }
  for (const [slot, generation, suspect] of ahead) world.returned.push([slot, generation, suspect])
  world.threads[index] = { threadId: threadId + 10, held: null, ahead: [], call: OUT, entered: 0, lane: 0 }
}

function itemOf(world: World, [slot, generation]: readonly number[]): ItemState | undefined {
  return world.items.find((item) => item.slot === slot && item.generation === generation)
}

/** The item of a frame, unless the slot is another's by now. */
function slotted(world: World, slot: number, generation: number): number {
  return world.items.findIndex(
    (item) =>
      item.slot === slot && item.generation === generation && (item.state === OPEN || item.state === DECIDED),
  )
}

function keyOf({ items }: Scenario, index: number): string {
  return items[index]?.key ?? ''
}

/** The next item that may begin. */
function nextItem(world: World, scenario: Scenario): number {
  const underWay = world.items.filter(({ state, isDone }) => state !== UNREAD && !isDone).length
  if (underWay >= scenario.window || world.free.length === 0) return -1
  return world.items.findIndex(({ state }, index) => {
    const key = keyOf(scenario, index)
    return state === UNREAD && (key === '' || world.keys[key] === undefined)
  })
}

function close(world: World, scenario: Scenario, index: number): void {
  const item = world.items[index] as ItemState
  item.state = CLOSED
  world.free.push(item.slot)
  delete world.keys[keyOf(scenario, index)]
}

function* ownerTurn(words: SteppableWords, scenario: Scenario): Turn<World> {
  const { faults = {}, endsAfter = Number.POSITIVE_INFINITY, retries = 0, maxDeaths = 3 } = scenario
  const isOver = ({ items, passedOn }: World) =>
    passedOn >= endsAfter || items.every(({ state }) => state === CLOSED)
  const what = yield local(
    'looks',
    (world) => {
      world.isBusy = true
      if (isOver(world)) return -1
      const next = nextItem(world, scenario)
      return next >= 0 ? next : 100
    },
    (world) =>
      !world.isBusy &&
      !world.isOver &&
      (isOver(world) || nextItem(world, scenario) >= 0 || world.results.length > 0),
  )
  if (what === -1) {
    yield* words.end()
    yield own('is over', (world) => {
      world.isOver = true
      world.isBusy = false
    })
    return
  }
  if (what < 100) {
    const place = yield own('takes a slot', (world) => {
      const item = world.items[what] as ItemState
      item.slot = world.free.pop() as number
      item.generation = (world.generations[item.slot] as number) + 1
      world.generations[item.slot] = item.generation
      item.state = OPEN
      if (keyOf(scenario, what) !== '') world.keys[keyOf(scenario, what)] = what
      return item.slot * 100 + item.generation
    })
    yield* words.open(Math.floor(place / 100), place % 100)
    yield local('puts an item', (world) => {
      world.ring.push([Math.floor(place / 100), place % 100, 0])
      world.isBusy = false
    })
  } else {
    const read = (name: string, index: number) => own(name, (world) => (world.results[0] as number[])[index])
    const slot = yield read('reads a frame', 0)
    const generation = yield read('its generation', 1)
    const kind = yield read('its kind', 2)
    const begin = yield read('its begin', 3)
    const number = yield read('its number', 4)
    const index = yield own('finds its item', (world) => {
      world.results.shift()
      return slotted(world, slot, generation)
    })
    const state =
      index < 0 ? CLOSED : yield own('how far it is', (world) => (world.items[index] as ItemState).state)
    const isFinal = kind !== OUTPUT && kind !== RETRIED && kind !== DIED
    if (state === DECIDED) {
      const begins = yield { kind: 'load', at: HEADER + slot * SLOT, a: 0, b: 0 }
      if (isFinal && (kind === COPY || begin === (begins & 0x7f)))
        yield own('closes', (world) => close(world, scenario, index))
    } else if (state === OPEN) {
      yield own('receives', (world) => {
        const item = world.items[index] as ItemState
        if (kind === OUTPUT || kind === RESULT) {
          if (number >= item.outputs || faults.takesCopies) {
            check(number === item.outputs, `output ${number} after ${item.outputs}`)
            item.outputs++
            world.passedOn++
          }
        } else if (kind === FAILED)
          check(item.failed === retries + 1, `failed for good after ${item.failed} failures`)
        else if (kind === GIVEN_UP)
          check(
            item.died.length + item.mayHaveDied.length >= maxDeaths,
            `given up after ${item.died.length} deaths`,
          )
        else if (kind === COPY) check(false, 'a copy of an item that is not decided')
        return 0
      })
      if (isFinal) yield* decide(words, scenario, index, slot, begin, kind === RESULT || kind === END)
    }
    if (scenario.hasTurns) {
      const turn = yield own('looks whose turn it is', (world) => {
        const head = world.items.findIndex(({ isDone }) => !isDone)
        const outOfTurn = world.items.some(
          ({ outputs, state }, index) => index !== head && outputs > 0 && index > head && state !== UNREAD,
        )
        return ((world.items[head]?.slot ?? -1) + 1) * 2 + (outOfTurn && head >= 0 ? 1 : 0)
      })
      yield* words.setTurn((turn >> 1) - 1)
      yield* words.setPaused((turn & 1) === 1)
    }
    yield local('goes on', (world) => {
      world.isBusy = false
    })
  }
}

function* decide(
  words: SteppableWords,
  scenario: Scenario,
  index: number,
  slot: number,
  begin: number,
  hasSucceeded: boolean,
): Turn<World> {
  const isLast = yield* words.decide(slot, begin)
  yield own('decides', (world) => {
    const item = world.items[index] as ItemState
    check(!item.isDone, 'decided twice')
    item.isDone = true
    item.state = DECIDED
    if (hasSucceeded)
      check(item.outputs === scenario.items[index]?.outputs, `done with ${item.outputs} outputs`)
    if (isLast || scenario.faults?.freesAtOnce) close(world, scenario, index)
  })
}

/** The owner ends a call that takes too long. */
function* watchTurn(words: SteppableWords, scenario: Scenario): Turn<World> {
  const late = ({ threads }: World) => threads.findIndex(({ lane, call }) => lane === 1 && call === CALLS)
  const held = yield local(
    'sees a call that took too long',
    (world) => {
      const thread = world.threads[late(world)] as ThreadState
      const [slot, generation] = thread.held as Delivery
      world.isBusy = true
      world.timeouts--
      thread.lane = 2
      const index = slotted(world, slot, generation)
      const item = world.items[index]
      if (item === undefined || item.state !== OPEN) return -1
      item.failed++
      return index * 100 + slot
    },
    (world) => !world.isBusy && world.timeouts > 0 && late(world) >= 0,
  )
  if (held >= 0) {
    const slot = held % 100
    const throws = yield* words.countThrow(slot)
    if (throws > (scenario.retries ?? 0))
      yield* decide(words, scenario, Math.floor(held / 100), slot, -1, false)
  }
  yield local('goes on', (world) => {
    world.isBusy = false
  })
}

function* threadTurn(words: SteppableWords, scenario: Scenario, index: number): Turn<World> {
  const { faults = {}, grain = 1, isSimple = false, hasTurns = false, retries = 0, maxDeaths = 3 } = scenario
  const me = (world: World) => world.threads[index] as ThreadState
  const others = (world: World) =>
    world.threads.filter((thread) => thread !== me(world) && thread.ahead.length > 0)
  const hasItem = (world: World) =>
    world.returned.length > 0 ||
    me(world).ahead.length > 0 ||
    world.ring.length > 0 ||
    others(world).length > 0
  const got = yield local(
    'takes an item',
    (world) => {
      if (!hasItem(world)) return -1
      const thread = me(world)
      let taken = world.returned.shift() ?? thread.ahead.shift()
      if (taken === undefined) {
        taken = world.ring.shift()
        thread.ahead = world.ring.splice(0, grain - 1)
      }
      taken ??= others(world)[0]?.ahead.shift() as Delivery
      thread.held = taken
      thread.lane = 1
      return (taken[0] * 100 + taken[1]) * 2 + taken[2]
    },
    (world) => hasItem(world) || world.isOver,
  )
  if (got < 0) return
  const suspect = (got & 1) === 1
  const generation = (got >> 1) % 100
  const slot = Math.floor((got >> 1) / 100)
  const threadId = yield own('is', (world) => me(world).threadId)
  const put = (name: string, kind: number, begin: number, number: number, then?: (world: World) => void) =>
    local(name, (world) => {
      check(
        me(world).lane !== 2 || kind === OUTPUT || kind === DIED,
        'a call tells its outcome after it took too long',
      )
      world.results.push([slot, generation, kind, begin, number])
      then?.(world)
    })
  const finish = local('finishes', (world) => {
    me(world).held = null
    me(world).entered = 0
    me(world).call = OUT
  })
  /** Answers 0 if the call took too long: then nothing more is told. */
  const callEnds = (name: string, fails: boolean) =>
    local(name, (world) => {
      const thread = me(world)
      if (thread.lane === 2) return faults.tellsLate ? 1 : 0
      thread.lane = 0
      thread.call = RETURNED
      const item = itemOf(world, [slot, generation])
      if (fails && item !== undefined) item.failed++
      return 1
    })
  const never = local(
    'is terminated',
    () => 0,
    () => false,
  )

  for (let calls = 0; ; calls++) {
    const begin = yield* words.begin(slot, generation)
    if (begin === 0) {
      if ((yield callEnds('has nothing to call', false)) === 0) yield never
      yield put('tells of a copy', COPY, 0, 0)
      yield finish
      return
    }
    const before = yield* words.enter(slot, threadId)
    const isCharged = before !== 0 && suspect && (calls === 0 || faults.chargesAgain === true)
    if (isCharged) {
      const deaths = yield* words.countDeath(slot)
      yield put('tells of a death', DIED, begin, before, (world) => charge(world, [slot, generation], before))
      if (deaths >= maxDeaths) {
        if ((yield callEnds('gives up', false)) === 0) yield never
        yield put('tells that it gives up', GIVEN_UP, begin, 0)
        yield finish
        return
      }
    }
    const plan = yield local('calls', (world) => callBegins(world, scenario, index, [slot, generation]))
    const fails = (plan & 1) === 1
    const outputs = plan >> 1
    for (let number = 0; number < outputs; number++) {
      if (!isSimple && number > 0 && (yield* words.mustKeepBack(slot))) {
        const isInTime = yield local('waits', (world) => {
          const thread = me(world)
          if (thread.lane === 2) return 0
          thread.lane = 0
          return 1
        })
        if (isInTime === 0) yield never
        if (!faults.staysEntered) yield* words.leave(slot)
        yield own('has left', (world) => {
          me(world).call = WAITS
        })
        for (;;) {
          const early = faults.epochLast ? 0 : yield* words.epoch()
          if (!(yield* words.mustKeepBack(slot))) break
          yield* words.wait(faults.epochLast ? yield* words.epoch() : early, 0)
        }
        yield local('goes on', (world) => {
          me(world).call = CALLS
          me(world).lane = 1
        })
        if (!faults.staysEntered) yield* words.enter(slot, threadId)
      }
      if (isSimple) break
      const isOver = yield* hasEnded()
      if (isOver) {
        yield callEnds('is not wanted', false)
        yield finish
        return
      }
      yield put('puts an output', OUTPUT, begin, number)
    }
    if ((yield callEnds(fails ? 'fails' : 'returns', fails)) === 0) yield never
    if (!fails) {
      if (isSimple) yield put('puts its result', RESULT, begin, 0)
      else yield put('puts its end', END, begin, outputs)
      yield finish
      return
    }
    const throws = (yield* words.throws(slot)) + 1
    if (throws > retries) {
      yield put('tells of its failure', FAILED, begin, 0)
      if (faults.countsLast) yield* words.countThrow(slot)
      yield finish
      return
    }
    yield put('tells of a retry', RETRIED, begin, 0)
    yield* words.countThrow(slot)
    const isHere = hasTurns && !faults.retriesElsewhere
    yield local('is going to retry', (world) => {
      const thread = me(world)
      thread.call = WAITS
      if (isHere) return 0
      thread.held = null
      thread.entered = 0
      thread.call = OUT
      // With a backoff: other items come first.
      world.ring.push([slot, generation, 0])
      return 0
    })
    if (!isHere) return
    yield local('retries', (world) => {
      me(world).call = OUT
      me(world).entered = 0
      me(world).lane = 1
    })
  }
}

function* hasEnded(): Generator<Step<World>, boolean, number> {
  return (yield { kind: 'load', at: 3, a: 0, b: 0 }) === 1
}

/** A death is told, and charged to the item. */
function charge(world: World, held: readonly number[], threadId: number): void {
  const item = itemOf(world, held)
  if (item === undefined || item.isDone) return
  const isOfItem = item.died.includes(threadId) || item.mayHaveDied.includes(threadId)
  check(isOfItem, `thread ${threadId} did not die in a call of this item`)
  check(!item.charged.includes(threadId), `the death of thread ${threadId} is charged twice`)
  item.charged.push(threadId)
}

/** Answers the outputs of the call, and whether it fails after them. */
function callBegins(world: World, scenario: Scenario, index: number, held: readonly number[]): number {
  const { maxDeaths = 3 } = scenario
  const place = world.items.findIndex((item) => item.slot === held[0] && item.generation === held[1])
  const item = world.items[place] as ItemState
  check(place >= 0 && item.state !== CLOSED, 'a call begins after the item is closed')
  check(item.died.length < maxDeaths, `a call begins after ${item.died.length} deaths in calls`)
  const key = keyOf(scenario, place)
  for (const [other, { call, held: theirs, lane }] of world.threads.entries()) {
    if (other === index || call === OUT || theirs === null || lane === 2) continue
    const otherPlace = world.items.findIndex(
      ({ slot, generation }) => slot === theirs[0] && generation === theirs[1],
    )
    check(otherPlace !== place, 'two calls of one item overlap')
    check(
      key === '' || call === RETURNED || keyOf(scenario, otherPlace) !== key,
      `two calls of key ${key} overlap`,
    )
  }
  ;(world.threads[index] as ThreadState).call = CALLS
  const { outputs, fails = 0 } = scenario.items[place] as Scenario['items'][number]
  return outputs * 2 + (item.failed < fails ? 1 : 0)
}

/** No actor can go on. */
function end(world: World, { items, endsAfter }: Scenario, slots: number): void {
  check(world.sleepers.length === 0, `${world.sleepers.length} threads sleep for ever`)
  check(world.isOver, 'the run does not end')
  check(!world.isBusy, 'the owner is busy for ever')
  check(
    world.threads.every(({ held }) => held === null),
    'a thread holds an item for ever',
  )
  if (endsAfter !== undefined) return
  check(world.free.length === slots, `${slots - world.free.length} slots are lost`)
  for (const [index, { state, isDone }] of world.items.entries()) {
    check(state === CLOSED && isDone, `item ${index} of ${items.length} is not done`)
  }
}
