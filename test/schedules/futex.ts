import { WOKEN } from './steps.ts'
import { AT, B, KIND, OFFERED, RUNS, SLEEPS, STATUS, type World } from './world.ts'

/**
 * Sleepers in the order in which they fell asleep. In V8, a sleeper that is told to terminate stays in the
 * list until its exit; and a sleeper that was notified, and dies before it runs, has consumed the
 * notification. The model has both: a killed thread makes no more steps, and its exit may come at any later
 * time.
 */

export function sleep(world: World, thread: number): void {
  const { words, sleepers } = world
  const count = (words[sleepers] as number) + 1
  words[sleepers] = count
  words[sleepers + count] = thread
  words[world.thread(thread) + STATUS] = SLEEPS
}

/** A word of the model that moves once. Then all sleeps with a timeout end. */
export const CLOCK = 1016

/** The word of the parking lot. In the library it is in separate memory. */
export const PARKING_LOT = 1008

/** True if the wait has a timeout. It is the third argument; Infinity is kept as 0. */
export function isTimed(world: World, thread: number): boolean {
  return (world.words[world.thread(thread) + B] as number) > 0
}

export function lapse(world: World): void {
  const { words, sleepers } = world
  for (let index = 1; index <= (words[sleepers] as number); ) {
    const thread = words[sleepers + index] as number
    if (isTimed(world, thread)) wakeAt(world, index)
    else index++
  }
}

/** Wakes the first `most` sleepers on the word at `at`, or all if negative. Returns their number. */
export function notifySleepers(world: World, at: number, most: number): number {
  const { words, sleepers } = world
  let woken = 0
  for (let index = 1; index <= (words[sleepers] as number) && woken !== most; ) {
    const thread = words[sleepers + index] as number
    const record = world.thread(thread)
    if (words[record + AT] !== at) {
      index++
      continue
    }
    wakeAt(world, index)
    woken++
  }
  return woken
}

function wakeAt(world: World, index: number): void {
  const { words, sleepers } = world
  const record = world.thread(words[sleepers + index] as number)
  removeAt(world, index)
  words[record + STATUS] = RUNS
  words[record + KIND] = WOKEN
  words[record + OFFERED] = 0
}

export function removeSleeper(world: World, thread: number): void {
  const { words, sleepers } = world
  for (let index = 1; index <= (words[sleepers] as number); index++) {
    if (words[sleepers + index] !== thread) continue
    removeAt(world, index)
    return
  }
}

function removeAt(world: World, index: number): void {
  const { words, sleepers } = world
  const count = words[sleepers] as number
  words.copyWithin(sleepers + index, sleepers + index + 1, sleepers + count + 1)
  words[sleepers + count] = 0
  words[sleepers] = count - 1
}
