import type { Bounds } from '../explore.ts'
import type { Scenario } from '../scenario.ts'

/** A scenario with a name, and how far it is explored. */
export interface Configuration {
  readonly name: string
  /** The property that it shows. */
  readonly fact: string
  readonly scenario: Scenario
  /** Most threads killed in one order of steps. */
  readonly kills: number
  /** The tests explore it to its end up to this number of preemptions; undefined: they only sample it. */
  readonly preemptions: number | undefined
  /** The same for the deep run. */
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

/** A configuration that is explored only in the deep run. */
export function onlyDeep(name: string, fact: string, scenario: Scenario, bounds: Bounds = {}): Configuration {
  return { ...configuration(name, fact, scenario, bounds), preemptions: undefined }
}

/** A configuration that is only sampled: it is too large to be explored to the end. */
export function onlySampled(name: string, fact: string, scenario: Scenario, kills = 0): Configuration {
  return { name, fact, scenario, kills, preemptions: undefined, deep: undefined }
}
