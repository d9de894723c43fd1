import { batchAt, blocksFor, ledgerAt } from '../../src/core/geometry.ts'
import type { Core } from '../../src/core/instance.ts'
import * as operations from '../../src/core/operations/index.ts'
import { type Shared, unfinished } from '../../src/core/shared.ts'
import { cellAt, keyAt } from '../../src/core/words/addresses.ts'
import { add, notify, peek, poke, store } from '../../src/core/words/memory.ts'
import {
  AHEAD,
  ASYNC_EPOCH,
  ASYNC_WAKING,
  ATTEMPTS,
  BEHIND_RETURNED,
  BUSY,
  CHAIN,
  CLOSED,
  CORRUPT,
  DEAD_LETTER,
  DEAD_LETTERED_FIRST,
  RETRY as DELIVER_AGAIN,
  DISCARDED,
  ENTRIES,
  ENTRY_BYTES,
  FULL,
  GET,
  HAS_BEGUN,
  IS_REVOKING,
  IS_WATCHED,
  JOIN,
  KEY_HIGH,
  KEY_LOW,
  MEMORY,
  NOTHING,
  PAYLOAD,
  PUT,
  REPLACED,
  TAKEN,
} from '../../src/core/words/offsets.ts'
import { afterFinish, EndWait, hasEnded } from '../../src/queue/recovery/end-wait.ts'
import {
  afterRevoking,
  discardAll,
  freeBlocks,
  reclaim,
  recover,
  wakeEveryone,
  wakeForReturned,
} from '../../src/queue/recovery/reclaim.ts'
import { revokeEntry, revokeOne } from '../../src/queue/recovery/revoke.ts'
import { backOff } from '../../src/wait/backoff.ts'
import { block } from '../../src/wait/blocking.ts'
import { blockInSelect } from '../../src/wait/blocking-select.ts'
import { ASYNC_WAITER, asyncBit, type Side } from '../../src/wait/side.ts'
import { wakeForBlocks, wakeTakers } from '../../src/wait/waking.ts'
import { awaitDeath, observe, remember } from './steps.ts'

/** As in futex.ts, which is not among the explored modules. */
const CLOCK = 1016
const PARKING_LOT = 1008

/**
 * The actors: threads that use the source as the library does. This file is bundled and transformed with the
 * source, and never runs as it is. A function is one turn of a thread; the thread keeps its state from turn
 * to turn in its registers. Operations around the core are in the order of
 * `src/queue/attachment/attachment.ts` and `queue.ts`.
 */

/** Answers of a turn: see machine.ts. */
const RETRY = 0
const DONE = 1
const EXIT = 2

/** Events for the observer. */
export const ACCEPTED = 1
export const REFUSED = 2
export const DELIVERED = 3
export const SETTLED = 4
export const JOINED = 5
export const ENDED = 6
export const TORN = 7
export const CLAIMED = 8
export const DROPPED = 9
export const DEAD_LETTER_DELAY = 10
export const POSTED = 11

/** How a taker treats an item. */
export const FINISH = 0
/** Requeues it at its first delivery. */
export const RETRY_ONCE = 1
export const HOLD = 2
/** Requeues it with a delay at its first delivery: it is due when the clock has moved. */
export const DELAY_ONCE = 3
/** Dead-letters it, and moves dead-lettered items to the dead letters. */
export const FAIL = 4
/** Finishes all that it took at once, together. */
export const FINISH_ALL = 5
/** The end of an item and the beginning of the next one, fetched ahead, are one operation. */
export const FINISH_AND_BEGIN = 6

/** How a taker waits: with a look before it waits, in a select, or as a promise. */
export const LOOKS = 1
export const SELECTS = 2
export const AWAITS = 3

/**
 * The thread of a taker goes on when its work is over. One that fetches ahead is busy with its last item, and
 * begins nothing more.
 */
export const STAY = 0
/** The thread of a taker ends at the end of the queue, and the items it holds come back. */
export const LEAVE = 1
/** A taker gives back what it has fetched ahead, and goes on. */
export const GIVE_BACK = 2
/** A taker detaches, and the items it holds come back. */
export const DETACH = 3

let shared: Shared

export { operations }

export function share(as: Shared): void {
  shared = as
}

/** Its `load` and `wait` are steps of the model. */
export class ModelParkingLot {
  readonly id = 'the parking lot'
  readonly buffer = new SharedArrayBuffer(0)

  move(): void {
    add(PARKING_LOT, 1)
    notify(PARKING_LOT, -1)
  }
}

function never(): number {
  return 0
}

function check(item: number): number {
  return (item * 40503 + 12345) | 0
}

function corrupt(): never {
  throw new Error('the core answered CORRUPT')
}

/** The item of `entry`: in the ledger if slots carry values, else in its cell. */
function payloadOf(entry: number): number {
  const { valueBytes, valueOffset } = shared.geometry
  return valueBytes > 0 ? entry + valueOffset : cellAt(peek(entry)) + PAYLOAD
}

// --- putting. Registers: ledger, next item, last item, blocks of an item, 1 if the item is written ---

/** Writes the next item into the outgoing cell, and puts it when there is room. */
export function produce(r: Int32Array): number {
  const [ledger, item, last, bytes] = r as unknown as [number, number, number, number]
  if (item > last) return DONE
  if (r[4] === 0) {
    const cell = peek(ledger + ENTRIES)
    const at = payloadOf(ledger + ENTRIES)
    poke(at, item)
    poke(at + 4, check(item))
    if (shared.geometry.keysAt !== 0) {
      const key = keyAt(cell)
      poke(key + KEY_HIGH, (item & 16) !== 0 ? -1 : 0)
      poke(key + KEY_LOW, (item & 16) !== 0 ? -item : item)
    }
    r[4] = 1
    return RETRY
  }
  let chained = false
  const attempt = (): Side | 0 => {
    if (bytes > 0 && !chained) {
      remember(0)
      if (!chain(ledger, bytes)) return MEMORY
      chained = true
    }
    const answer = putOnce(ledger)
    remember(chained ? 1 : 0)
    if (answer === FULL) return PUT
    observe(answer === CLOSED ? REFUSED : ACCEPTED, item)
    if (answer === CLOSED) r[1] = last
    return 0
  }
  block(shared, ledger, Number.POSITIVE_INFINITY, never, attempt)
  r[1] = (r[1] as number) + 1
  r[4] = 0
  return RETRY
}

function putOnce(ledger: number): number {
  for (let tries = 0; ; tries++) {
    let answer = shared.core.put(ledger, 8)
    if (answer === FULL && shared.geometry.dropsOldest) answer = shared.core.replace(ledger, 8)
    if (answer === CORRUPT) corrupt()
    if (answer > 0 && (answer & REPLACED) !== 0) noteDropped(ledger)
    if (answer > 0 && (answer & 1) === 1) wakeTakers(shared)
    if (answer !== BUSY) return answer
    backOff(tries)
  }
}

// --- putting several at once. Registers: ledger, next item, last item, cells written, cells put ---

/** Writes the next items into the outgoing cells of a batch, and puts them when there is room. */
export function produceBatch(r: Int32Array): number {
  const [ledger, item, last, written, put] = r as unknown as [number, number, number, number, number]
  if (item > last) return DONE
  if (written === 0) {
    const count = Math.min(shared.geometry.batch, last - item + 1)
    for (let index = 0; index < count; index++) {
      const at = payloadOf(batchAt(shared.geometry, ledger) + index * ENTRY_BYTES)
      poke(at, item + index)
      poke(at + 4, check(item + index))
    }
    r[3] = count
    return RETRY
  }
  const attempt = (): Side | 0 => {
    remember(0)
    const entry = batchAt(shared.geometry, ledger) + put * ENTRY_BYTES
    let answer = putBatchOnce(ledger, entry, written - put)
    if (answer === FULL && shared.geometry.dropsOldest) answer = putSingly(ledger, item)
    if (answer === FULL) return PUT
    if (answer === CLOSED) {
      observe(REFUSED, item)
      r[1] = last + 1
      return 0
    }
    for (let index = 0; index < answer; index++) observe(ACCEPTED, item + index)
    r[1] = item + answer
    r[4] = put + answer
    return 0
  }
  block(shared, ledger, Number.POSITIVE_INFINITY, never, attempt)
  if (r[4] === written) {
    r[3] = 0
    r[4] = 0
  }
  return RETRY
}

/** Puts one item of a batch that found no room, in place of the oldest. Answers as putBatchOnce. */
function putSingly(ledger: number, item: number): number {
  const at = payloadOf(ledger + ENTRIES)
  poke(at, item)
  poke(at + 4, check(item))
  const answer = putOnce(ledger)
  return answer >= 0 ? 1 : answer
}

/** Answers how many cells were put, or as putBatch. */
function putBatchOnce(ledger: number, entry: number, count: number): number {
  for (let tries = 0; ; tries++) {
    const answer = shared.core.putBatch(ledger, entry, count)
    if (answer === CORRUPT) corrupt()
    if (answer > 0 && (answer & 1) === 1) wakeTakers(shared)
    if (answer >= 0) return answer >> 1
    if (answer !== BUSY) return answer
    backOff(tries)
  }
}

/** The dropped item is in the outgoing cell. */
function noteDropped(ledger: number): void {
  const at = payloadOf(ledger + ENTRIES)
  const item = peek(at)
  if (peek(at + 4) !== check(item)) observe(TORN, item)
  observe(DROPPED, item)
  observe(SETTLED, item)
}

function chain(ledger: number, bytes: number): boolean {
  const count = blocksFor(shared.geometry, bytes)
  if (!reserveOnce(ledger, count)) return false
  for (let piece = 0; piece < count; piece++) pushOnce(ledger)
  return true
}

function reserveOnce(ledger: number, count: number): boolean {
  for (let tries = 0; ; tries++) {
    const answer = shared.core.reserve(ledger, count, 1)
    if (answer !== BUSY) return answer === 1
    backOff(tries)
  }
}

function pushOnce(ledger: number): void {
  for (let tries = 0; ; tries++) {
    const answer = shared.core.pushBlock(ledger, ledger + ENTRIES)
    if (answer === CORRUPT) corrupt()
    if (answer !== BUSY) return
    backOff(tries)
  }
}

// --- taking. Registers: ledger, items to take (-1: until the end), manner, entry in use, STAY or LEAVE,
// 1 if an item is taken, how it waits ---

export function consume(r: Int32Array): number {
  const [ledger, left, manner, held, over, taken, how] = r as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const entry = ledger + ENTRIES + (held + 1) * ENTRY_BYTES
  if (taken !== 0) {
    settle(ledger, entry, manner, r)
    r[5] = 0
    if (left > 0) r[1] = left - 1
    return RETRY
  }
  if (left === 0) return over === LEAVE ? EXIT : DONE
  const answer = how === SELECTS ? selectOne(ledger, entry) : takeOne(ledger, entry, how)
  if (answer < 0) {
    observe(ENDED)
    r[1] = 0
    return RETRY
  }
  r[5] = 1
  return RETRY
}

/** As selectSync with one queue, without the look before it waits. */
function selectOne(ledger: number, entry: number): number {
  const endWait = new EndWait(shared, ledger, () => true, nothing)
  let answer = NOTHING
  let isDelayed = 0
  const attempt = (): boolean => {
    isDelayed = releaseOnce()
    answer = look(ledger, entry, () => endWait.mayLeave())
    const round = endWait.arrived ? 1 + ((endWait as unknown as { keptRound: number }).keptRound & 0xffff) : 0
    remember(round * 2 + isDelayed)
    return answer !== NOTHING
  }
  const maxSleepMs = () => (isDelayed === 1 ? 1 : Number.POSITIVE_INFINITY)
  blockInSelect([{ shared, ledger }], Number.POSITIVE_INFINITY, never, attempt, maxSleepMs)
  if (endWait.arrived) endWait.leave()
  return answer
}

/** `looks`: look once before it waits, as getSync does. Left out where it would only add states. */
function takeSync(ledger: number, entry: number, looks: boolean): number {
  if (looks) releaseOnce()
  const first = looks ? look(ledger, entry, () => hasEnded(shared, ledger)) : NOTHING
  if (first !== NOTHING) return first
  const endWait = new EndWait(shared, ledger, () => true, nothing)
  let answer = NOTHING
  let isDelayed = 0
  const attempt = (): Side | 0 => {
    isDelayed = releaseOnce()
    answer = look(ledger, entry, () => endWait.mayLeave())
    const round = endWait.arrived ? 1 + ((endWait as unknown as { keptRound: number }).keptRound & 0xffff) : 0
    remember(round * 2 + isDelayed)
    return answer === NOTHING ? GET : 0
  }
  const maxSleepMs = () => (isDelayed === 1 ? 1 : Number.POSITIVE_INFINITY)
  block(shared, ledger, Number.POSITIVE_INFINITY, never, attempt, maxSleepMs)
  if (endWait.arrived) endWait.leave()
  return answer
}

function takeOne(ledger: number, entry: number, how: number): number {
  return how === AWAITS ? awaitOne(ledger, entry) : takeSync(ledger, entry, how === LOOKS)
}

/** As PendingCalls with one call, without the look before it waits. */
function awaitOne(ledger: number, entry: number): number {
  const endWait = new EndWait(shared, ledger, () => true, nothing)
  let answer = NOTHING
  let isDelayed = 0
  const attempt = (): boolean => {
    isDelayed = releaseOnce()
    answer = look(ledger, entry, () => endWait.mayLeave())
    const round = endWait.arrived ? 1 + ((endWait as unknown as { keptRound: number }).keptRound & 0xffff) : 0
    remember(round * 2 + isDelayed)
    return answer !== NOTHING
  }
  shared.core.enterWait(ledger, GET, asyncBit(GET), ASYNC_WAITER)
  for (;;) {
    const epoch = shared.load(GET + ASYNC_EPOCH)
    if (shared.load(GET + ASYNC_WAKING) !== 0) shared.core.clearAsyncWaking(GET)
    const found = attempt()
    if (found) break
    shared.wait(GET + ASYNC_EPOCH, epoch, isDelayed === 1 ? 1 : Number.POSITIVE_INFINITY)
  }
  shared.core.leaveWait(ledger, GET, asyncBit(GET), ASYNC_WAITER)
  if (endWait.arrived) endWait.leave()
  return answer
}

function nothing(): void {}

/** Answers NOTHING if the taker must wait, CLOSED if it has ended. */
function look(ledger: number, entry: number, mayLeave: () => boolean): number {
  const answer = takeOnce(ledger, entry)
  if (answer >= 0 || answer === NOTHING) return answer
  if (answer === DISCARDED) discardAll(shared, ledger)
  if (answer === DISCARDED || mayLeave()) return CLOSED
  return NOTHING
}

function takeOnce(ledger: number, entry: number): number {
  for (let tries = 0; ; tries++) {
    let answer = shared.core.take(ledger, entry)
    if (answer === BEHIND_RETURNED) {
      answer = shared.core.takeReturned(ledger, entry)
      // Another thread took it first. That says nothing about the ring.
      if (answer === NOTHING) answer = BUSY
    }
    if (answer === CORRUPT) corrupt()
    if ((answer === NOTHING || answer === CLOSED) && revokeOne(shared, ledger)) continue
    if (answer !== BUSY) {
      if (answer >= 0 && (answer & 1) === 1) shared.core.wake(PUT)
      return answer
    }
    backOff(tries)
  }
}

// --- taking several at once. Registers: ledger, items to take (-1: until the end), manner, the item to
// settle next, what it does when its work is over, items taken, 1 if all but the first are fetched ahead (2
// once the next of them is begun), its own number as a thread ---

export function consumeBatch(r: Int32Array): number {
  const [ledger, left, manner, next, over, taken, ahead, self] = r as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const entries = ledger + ENTRIES + ENTRY_BYTES
  if (left === 0) return endBatch(ledger, next, over, taken, self)
  if (taken > 0) {
    const entry = entries + next * ENTRY_BYTES
    if (manner === FINISH_ALL) {
      finishAll(ledger, entries, taken)
      if (left > 0) r[1] = left - taken
      r[5] = 0
      return RETRY
    }
    let settled = 1
    if (next === 0 || ahead !== 1 || beginOnce(ledger, entry, next === taken - 1)) {
      if (left > 0) r[1] = left - 1
      if (manner === FINISH_AND_BEGIN && next + 1 < taken && left !== 1) {
        const begun = finishAndBegin(ledger, entry, next + 2 === taken)
        r[6] = 1 + begun
        settled = 2 - begun
      } else {
        settle(ledger, entry, manner, r)
        if (ahead === 2) r[6] = 1
      }
    }
    r[3] = next + settled
    if (next + settled === taken) {
      r[3] = 0
      r[5] = 0
    }
    return RETRY
  }
  const { batch } = shared.geometry
  const width = left < 0 || ahead === 1 ? batch : Math.min(left, batch)
  // Each fetch has a number of its own.
  const fetch = ahead === 1 ? shared.load(ledger + TAKEN) + 1 : 0
  const many = takeBatchOnce(ledger, entries, width, fetch)
  const answer = many > 0 ? many : takeSync(ledger, entries, false)
  if (answer < 0) {
    observe(ENDED)
    r[1] = 0
    return RETRY
  }
  r[5] = many > 0 ? many : 1
  return RETRY
}

function finishAll(ledger: number, first: number, count: number): void {
  for (let index = 0; index < count; index++) tell(first + index * ENTRY_BYTES)
  const watched = shared.core.finishBatch(ledger, count, first)
  for (let index = 0; index < count; index++) {
    observe(SETTLED, peek(payloadOf(first + index * ENTRY_BYTES)))
  }
  if (watched === 1) afterFinish(shared)
}

/** Finishes an item and begins the next one. Answers 1; 0 if that was revoked. */
function finishAndBegin(ledger: number, entry: number, isLast: boolean): number {
  const item = peek(payloadOf(entry))
  tell(entry)
  if (isLast) store(ledger + AHEAD, 0)
  const answer = shared.core.finishAndBegin(ledger, entry, entry + ENTRY_BYTES)
  observe(SETTLED, item)
  if ((answer & IS_WATCHED) !== 0) afterFinish(shared)
  if ((answer & HAS_BEGUN) !== 0) return 1
  return (answer & IS_REVOKING) !== 0 && beginOnce(ledger, entry + ENTRY_BYTES, false) ? 1 : 0
}

/** The work is over, and the items from number `next` on of `taken` ones are fetched ahead. */
function endBatch(ledger: number, next: number, over: number, taken: number, self: number): number {
  if (over === LEAVE) return EXIT
  if (over === GIVE_BACK && taken > 0) {
    const entries = ledger + ENTRIES + ENTRY_BYTES
    for (let index = next; index < taken; index++) {
      if (index === taken - 1) store(ledger + AHEAD, 0)
      revokeEntry(shared, ledger, entries + index * ENTRY_BYTES)
    }
    afterRevoking(shared, ledger)
  }
  if (over === DETACH) {
    store(ledger + AHEAD, 0)
    reclaim(shared, ledger, self + 1, 0)
  }
  return DONE
}

/** Answers how many were taken, or SINGLY. */
function takeBatchOnce(ledger: number, first: number, count: number, ahead: number): number {
  for (let tries = 0; ; tries++) {
    const answer = shared.core.takeBatch(ledger, ahead, count, first)
    if (answer > 0 && (answer & 1) === 1) shared.core.wake(PUT)
    if (answer >= 0) return answer >> 1
    if (answer !== BUSY) return answer
    backOff(tries)
  }
}

/** Begins an item that was fetched ahead; false if it was revoked. Before the last, AHEAD is cleared. */
function beginOnce(ledger: number, entry: number, isLast: boolean): boolean {
  if (isLast) store(ledger + AHEAD, 0)
  for (let tries = 0; ; tries++) {
    const answer = shared.core.begin(entry)
    if (answer !== BUSY) return answer === 1
    backOff(tries)
  }
}

/** Releases items that are due by the model's clock. Answers 1 if others are left that are not due. */
function releaseOnce(): number {
  for (let tries = 0; ; tries++) {
    const now = shared.load(CLOCK)
    const answer = shared.core.releaseDue(0, now ^ 0x80000000)
    if (answer === CORRUPT) corrupt()
    if (answer === 0) wakeTakers(shared)
    if (answer > 0) return 1
    if (answer === NOTHING) return 0
    if (answer === BUSY) backOff(tries)
  }
}

function delay(ledger: number, entry: number): void {
  delayOnce(ledger, entry)
  if (freeBlocks(shared, entry)) wakeForBlocks(shared)
  wakeForReturned(shared)
  afterFinish(shared)
}

function delayOnce(ledger: number, entry: number): void {
  for (let tries = 0; ; tries++) {
    const answer = shared.core.delay(ledger, entry, 0, 1 ^ 0x80000000)
    if (answer === CORRUPT) corrupt()
    if (answer !== BUSY) return
    backOff(tries)
  }
}

/** Tells the observer that the item of `entry` is delivered. Answers its attempt. */
function tell(entry: number): number {
  const at = payloadOf(entry)
  const item = peek(at)
  if (peek(at + 4) !== check(item)) observe(TORN, item)
  const attempts = peek(cellAt(peek(entry)) + ATTEMPTS)
  observe(DELIVERED, item, attempts)
  return attempts
}

function settle(ledger: number, entry: number, manner: number, r: Int32Array): void {
  const item = peek(payloadOf(entry))
  const attempts = tell(entry)
  if (manner === HOLD) {
    r[3] = (r[3] as number) + 1
    return
  }
  if (manner === RETRY_ONCE && attempts === 1) requeue(ledger, entry, DELIVER_AGAIN)
  else if (manner === FAIL) {
    requeue(ledger, entry, DEAD_LETTER)
    moveLetters(ledger, entry)
  } else if (manner === DELAY_ONCE && attempts === 1) delay(ledger, entry)
  else finish(ledger, entry, item)
}

function finish(ledger: number, entry: number, item: number): void {
  const watched = shared.core.finish(ledger, entry)
  observe(SETTLED, item)
  if (peek(cellAt(peek(entry)) + CHAIN) !== 0 && freeBlocks(shared, entry)) wakeForBlocks(shared)
  if (watched === 1) afterFinish(shared)
}

function requeue(ledger: number, entry: number, verdict: number): void {
  requeueOnce(ledger, entry, verdict)
  if (freeBlocks(shared, entry)) wakeForBlocks(shared)
  wakeForReturned(shared)
  afterFinish(shared)
}

function requeueOnce(ledger: number, entry: number, verdict: number): void {
  const item = peek(payloadOf(entry))
  for (let tries = 0; ; tries++) {
    const answer = shared.core.requeue(ledger, entry, verdict)
    if (answer === CORRUPT) corrupt()
    if (answer === BUSY) {
      backOff(tries)
      continue
    }
    if (verdict === DEAD_LETTER) observe(DEAD_LETTER_DELAY, item)
    return
  }
}

/** As `queue/attachment/dead-letters.ts`: first posts the dead letter, then finishes the item. */
function moveLetters(ledger: number, entry: number): void {
  while (shared.load(DEAD_LETTERED_FIRST) !== 0) {
    if (takeDeadLetteredOnce(ledger, entry) < 0) return
    const item = peek(payloadOf(entry))
    observe(POSTED, item, peek(cellAt(peek(entry)) + ATTEMPTS))
    finish(ledger, entry, item)
  }
}

function takeDeadLetteredOnce(ledger: number, entry: number): number {
  for (let tries = 0; ; tries++) {
    const answer = shared.core.takeDeadLettered(ledger, entry)
    if (answer === CORRUPT) corrupt()
    if (answer !== BUSY) {
      if (answer >= 0 && (answer & 1) === 1) shared.core.wake(PUT)
      return answer
    }
    backOff(tries)
  }
}

// --- the others. Registers: ledger, argument ---

export function join(r: Int32Array): number {
  const ledger = r[0] as number
  const attempt = (): Side | 0 => {
    remember(0)
    return isJoined(ledger) ? 0 : JOIN
  }
  block(shared, ledger, Number.POSITIVE_INFINITY, never, attempt)
  observe(JOINED)
  return DONE
}

function isJoined(ledger: number): boolean {
  if (unfinished(shared) === 0) return true
  discardAll(shared, ledger)
  return unfinished(shared) === 0
}

export function shutDown(r: Int32Array): number {
  const [ledger, immediate] = r as unknown as [number, number]
  shared.core.shut(immediate)
  if (immediate !== 0) discardAll(shared, ledger)
  wakeEveryone(shared)
  return DONE
}

/**
 * Recovers after each death. Registers: its own number as a thread, deaths seen, 1 if it wakes all threads
 * after every death. The source does that too, for recoverers that die after they released a ledger.
 */
export function guard(r: Int32Array): number {
  const [self, seen, wakes] = r as unknown as [number, number, number]
  const dead = awaitDeath(seen)
  recover(shared, dead + 1, self + 1)
  if (wakes === 1) wakeEveryone(shared)
  r[1] = seen + 1
  return RETRY
}

/** Claims a ledger. Registers: its own number as a thread, the index of the ledger to try next. */
export function register(r: Int32Array): number {
  const [self, index] = r as unknown as [number, number]
  if (index >= shared.geometry.maxThreads) return DONE
  const ledger = ledgerAt(shared.geometry, index)
  for (let tries = 0; ; tries++) {
    const answer = shared.core.claim(ledger, index, self + 1)
    if (answer === 1) {
      observe(CLAIMED, index)
      return DONE
    }
    if (answer === 0) break
    backOff(tries)
  }
  r[1] = index + 1
  return RETRY
}

/** Moves the clock: delayed items are due, and sleeps with a timeout end. */
export function tick(_r: Int32Array): number {
  store(CLOCK, 1)
  return DONE
}

/** A producer's thread detaches. Registers: the ledger, its own number. */
export function leave(r: Int32Array): number {
  const [ledger, self] = r as unknown as [number, number]
  shared.core.release(ledger, self + 1, 0)
  return DONE
}

/**
 * The producer's next thread inherits the ledger once it is reserved. Registers: its own number, the
 * producer.
 */
export function follow(r: Int32Array): number {
  const [self, producer] = r as unknown as [number, number]
  const ledger = ledgerAt(shared.geometry, 0)
  for (let tries = 0; ; tries++) {
    if (shared.core.inherit(ledger, producer, self + 1) === 1) break
    backOff(tries)
  }
  observe(CLAIMED, 0)
  return DONE
}

/** The producer has no further thread. */
export function closeProducer(_r: Int32Array): number {
  shared.core.closeProducer(ledgerAt(shared.geometry, 0))
  return DONE
}

export type Actors = typeof import('./actors.ts') & { operations: Core }
