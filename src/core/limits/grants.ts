import { add, BUSY, cas, load, peek, peekFloat, poke, pokeFloat, store } from '../words/index.ts'
import {
  ARRIVAL,
  BURST,
  CHANGED,
  CONCURRENCY,
  DONE,
  GONE,
  GRANTED,
  HASH,
  LOCK,
  NO_PLACE,
  NOT_BEFORE,
  NOT_DUE,
  PASSED,
  PLACED,
  PLACES,
  REFUSES,
  STATE,
  STEP,
  TICKET,
  TICKETS,
  USED,
  WAITERS,
  WEIGHT,
} from './offsets.ts'

/**
 * Grants by the generic cell rate algorithm. ARRIVAL is when all grants so far are paid off, at one STEP
 * each. A grant of weight w is due once ARRIVAL + (w - BURST) x STEP is reached, and moves ARRIVAL on by w x
 * STEP, from now if it lies back.
 *
 * The bound: of n grants in a window, the first one moves ARRIVAL to its time + its weight x STEP at least,
 * less the credit, and each further one moves it on. The last one is due only if the weights of all, less
 * BURST, times STEP, are no more than the window and the credit. The credit is below one STEP, so in any
 * interval LIMIT + BURST are granted at most.
 *
 * The credit makes up for waiters that run late: the rate would otherwise fall by each delay of a timer.
 */

function isKey(key: i32, hash0: i32, hash1: i32, hash2: i32, hash3: i32): boolean {
  return (
    load(key + STATE) === 1 &&
    load(key + HASH) === hash0 &&
    load(key + HASH + 4) === hash1 &&
    load(key + HASH + 8) === hash2 &&
    load(key + HASH + 12) === hash3
  )
}

function dueAt(key: i32, weight: f64): f64 {
  const due: f64 = peekFloat(key + ARRIVAL) + (weight - peekFloat(key + BURST)) * peekFloat(key + STEP)
  const notBefore: f64 = peekFloat(key + NOT_BEFORE)
  return due > notBefore ? due : notBefore
}

/**
 * Grants `weight`, and a place if `takesPlace` is 1, to the owner of the cell. `credit`: ns that it waited
 * after its turn had come. Answers DONE, or PLACED with a place; NOT_DUE; NO_PLACE; GONE; BUSY.
 */
export function grant(
  key: i32,
  hash0: i32,
  hash1: i32,
  hash2: i32,
  hash3: i32,
  cell: i32,
  weight: f64,
  now: f64,
  credit: f64,
  takesPlace: i32,
): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const needsPlace = takesPlace === 1 && peek(key + CONCURRENCY) !== 0
  let answer: i32 = DONE
  if (!isKey(key, hash0, hash1, hash2, hash3)) answer = GONE
  else if (now < dueAt(key, weight)) answer = NOT_DUE
  else if (needsPlace && peek(key + USED) >= peek(key + CONCURRENCY)) answer = NO_PLACE
  else {
    const step: f64 = peekFloat(key + STEP)
    const arrival: f64 = peekFloat(key + ARRIVAL)
    const from: f64 = now - (credit < step ? credit : step - 1)
    pokeFloat(key + ARRIVAL, (arrival > from ? arrival : from) + weight * step)
    pokeFloat(key + GRANTED, peekFloat(key + GRANTED) + weight)
    pokeFloat(key + CHANGED, now)
    if (needsPlace) {
      poke(key + USED, peek(key + USED) + 1)
      poke(cell + PLACES, peek(cell + PLACES) + 1)
      answer = PLACED
    }
  }
  store(LOCK, 0)
  return answer
}

/** The owner of the cell gives a place back. Answers DONE; REFUSES if it has none; BUSY. */
export function giveBack(key: i32, cell: i32, now: f64): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const places = peek(cell + PLACES)
  if (places > 0) {
    const used = peek(key + USED)
    poke(cell + PLACES, places - 1)
    poke(key + USED, used - 1)
    if (used === peek(key + CONCURRENCY)) pokeFloat(key + CHANGED, now)
  }
  store(LOCK, 0)
  return places > 0 ? DONE : REFUSES
}

/** Nothing is granted before `until`. Answers DONE; GONE; BUSY. */
export function penalize(key: i32, hash0: i32, hash1: i32, hash2: i32, hash3: i32, until: f64): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const isThere = isKey(key, hash0, hash1, hash2, hash3)
  if (isThere && peekFloat(key + NOT_BEFORE) < until) pokeFloat(key + NOT_BEFORE, until)
  store(LOCK, 0)
  return isThere ? DONE : GONE
}

/** The ticket of a call that begins to wait: an even number, never 0. */
export function drawTicket(): i32 {
  const ticket = (add(TICKETS, 2) + 2) | 0
  return ticket !== 0 ? ticket : (add(TICKETS, 2) + 2) | 0
}

/**
 * The oldest waiter of the cell's owner has this ticket and weight; ticket 0: the owner waits no longer.
 * The thread runs, so it is not passed over any more. `isFirst` 1: it is first in line now, or was until now.
 * The turn of a waiter is not put off by threads that come and go behind it. Answers DONE; GONE; BUSY.
 */
export function standInLine(
  key: i32,
  hash0: i32,
  hash1: i32,
  hash2: i32,
  hash3: i32,
  cell: i32,
  ticket: i32,
  weight: i32,
  now: f64,
  isFirst: i32,
): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const before = peek(cell + TICKET)
  const isThere = isKey(key, hash0, hash1, hash2, hash3)
  if (isThere && before !== ticket) {
    if (before === 0) poke(key + WAITERS, peek(key + WAITERS) + 1)
    if (ticket === 0) poke(key + WAITERS, peek(key + WAITERS) - 1)
    poke(cell + WEIGHT, weight)
    store(cell + TICKET, ticket)
    if (isFirst !== 0) pokeFloat(key + CHANGED, now)
  }
  store(LOCK, 0)
  return isThere ? DONE : GONE
}

/**
 * Passes over the owner of the cell, which has not run for `patience` ns though its turn has come. It keeps
 * its ticket. Answers DONE; REFUSES if it was not its turn so long, it has run, or waits no longer; BUSY.
 */
export function passOver(key: i32, cell: i32, ticket: i32, now: f64, patience: f64): i32 {
  if (cas(LOCK, 0, 1) !== 0) return BUSY
  const due: f64 = dueAt(key, peek(cell + WEIGHT))
  const changed: f64 = peekFloat(key + CHANGED)
  const concurrency = peek(key + CONCURRENCY)
  const isLate =
    ticket !== 0 &&
    (ticket & PASSED) === 0 &&
    peek(cell + TICKET) === ticket &&
    (concurrency === 0 || peek(key + USED) < concurrency) &&
    now >= (due > changed ? due : changed) + patience
  if (isLate) {
    store(cell + TICKET, ticket | PASSED)
    pokeFloat(key + CHANGED, now)
  }
  store(LOCK, 0)
  return isLate ? DONE : REFUSES
}
