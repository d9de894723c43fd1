import type { Bounds } from '../explore.ts'
import type { Scenario } from '../scenario.ts'

/** A scenario with a name, and how far it is explored. */
export interface Configuration {
  readonly name: string
  /** What it shows. */
  readonly fact: string
  readonly scenario: Scenario
  /** Threads killed in one order of steps. */
  readonly kills: number
  /** Preemptions up to which the tests explore it to its end; undefined: they only sample it. */
  readonly preemptions: number | undefined
  /** Those of the deep run. */
  readonly deep: number | undefined
}

/** All orders. */
export const ALL = Number.POSITIVE_INFINITY

export function configuration(
  name: string,
  fact: string,
  scenario: Scenario,
  bounds: Bounds = {},
  deep = bounds.preemptions ?? ALL,
): Configuration {
  return { name, fact, scenario, kills: bounds.kills ?? 0, preemptions: bounds.preemptions ?? ALL, deep }
}

/** Only explored in the deep run. */
export function onlyDeep(name: string, fact: string, scenario: Scenario, bounds: Bounds = {}): Configuration {
  return { ...configuration(name, fact, scenario, bounds), preemptions: undefined }
}

/** Too large to be explored to the end: only sampled. */
export function onlySampled(name: string, fact: string, scenario: Scenario, kills = 0): Configuration {
  return { name, fact, scenario, kills, preemptions: undefined, deep: undefined }
}
