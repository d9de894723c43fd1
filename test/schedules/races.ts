import type { Machine } from './machine.ts'
import * as step from './steps.ts'
import { AT, KIND, RUNS, STATUS } from './world.ts'

/**
 * `MayRace` tells whether a plain access to a word may meet an atomic one; `exchanges`: they are a plain
 * write and an exchange.
 */
export type MayRace = (at: number, exchanges: boolean) => boolean

/** @throws Error if two threads are about to access one word, one of them plainly and one to write */
export function refuseRace(machine: Machine, mayRace: MayRace, first: number, second: number): void {
  const { world } = machine
  const { words } = world
  const one = world.thread(first)
  const other = world.thread(second)
  if (words[one + AT] !== words[other + AT]) return
  if (words[one + STATUS] !== RUNS || words[other + STATUS] !== RUNS) return
  const a = words[one + KIND] as number
  const b = words[other + KIND] as number
  if (a > step.POKE || b > step.POKE) return
  if ((a < step.PEEK && b < step.PEEK) || !(writes(a) || writes(b))) return
  const isPlainAndExchange = (a === step.POKE && b === step.CAS) || (a === step.CAS && b === step.POKE)
  const mayMeet = !(writes(a) && writes(b)) || isPlainAndExchange
  if (mayMeet && mayRace(words[one + AT] as number, isPlainAndExchange)) return
  throw new Error(`race on word ${words[one + AT]}:\n${machine.describe(first)}\n${machine.describe(second)}`)
}

function writes(kind: number): boolean {
  return kind !== step.LOAD && kind !== step.PEEK && kind !== step.NOTIFY
}
