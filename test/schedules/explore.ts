import type { Machine } from './machine.ts'
import { type MayRace, refuseRace } from './races.ts'
import { Visited } from './visited.ts'

export interface Bounds {
  /** How often a thread that could go on may be interrupted; Infinity: all orders. */
  readonly preemptions?: number
  readonly kills?: number
  /** The exploration stops after this number of states. */
  readonly states?: number
}

export interface Explored {
  readonly states: number
  readonly steps: number
  readonly ends: number
  /** Threads killed, each in a state of its own. */
  readonly kills: number
  /** The exploration stopped at the limit of states. */
  readonly exhausted: boolean
  readonly ms: number
}

export interface Checks {
  /** Called in every new state. @throws Error for a finding */
  step(machine: Machine): void
  /** Called where no thread can make a step. @throws Error for a finding */
  end(machine: Machine): void
  /**
   * True for a word with plain reads that may race: their values are used only if a later exchange succeeds.
   */
  readonly mayRace: MayRace
}

/**
 * A choice is the number of the thread that makes a step, or this plus the number of the thread that exits.
 */
export const EXITS = 32
/** More steps than this in one order are a livelock. */
export const LONGEST = 20_000

/** An invariant that failed, with the order of steps that leads there. */
export class Finding extends Error {
  readonly choices: readonly number[]
  constructor(message: string, choices: readonly number[]) {
    super(message)
    this.choices = choices
  }
}

/**
 * Explores all orders of the threads' steps, depth first. A state that was seen before is not explored again.
 * A step that commutes with all steps that others can make meanwhile is no choice. The words that several
 * threads use are learned on the way; when another one is found, the exploration starts over.
 */
export function explore(prepare: () => Machine, checks: Checks, bounds: Bounds = {}): Explored {
  const began = performance.now()
  const preemptions = bounds.preemptions ?? Number.POSITIVE_INFINITY
  const search = new Search(
    prepare(),
    checks,
    preemptions,
    bounds.kills ?? 0,
    bounds.states ?? Number.POSITIVE_INFINITY,
  )
  try {
    while (!search.run());
  } catch (error) {
    if (error instanceof Finding) throw traced(error.message, prepare, error.choices)
    throw error
  }
  const { states, ends, kills, exhausted, machine } = search
  return { states, steps: machine.steps, ends, kills, exhausted, ms: Math.round(performance.now() - began) }
}

/** A finding, with its trace. */
export function traced(what: string, prepare: () => Machine, choices: readonly number[]): Finding {
  return new Finding(`${what}\n${replay(prepare, choices).join('\n')}`, choices)
}

/** The trace of a finding, a line a step. */
export function replay(prepare: () => Machine, choices: readonly number[]): string[] {
  const machine = prepare()
  const lines: string[] = []
  for (const choice of choices) {
    if (choice >= EXITS) {
      lines.push(`${machine.actors[choice - EXITS]?.name}: dies`)
      machine.exit(choice - EXITS)
    } else {
      lines.push(machine.describe(choice))
      try {
        machine.step(choice)
      } catch (error) {
        lines.push(`  ${(error as Error).message}`)
      }
    }
  }
  lines.push('then:')
  for (let thread = 0; thread < machine.actors.length; thread++) lines.push(`  ${machine.describe(thread)}`)
  return lines
}

interface Node {
  readonly saved: Int32Array
  choices: number[]
  next: number
  path: number
  last: number
  used: number
}

class Search {
  readonly machine: Machine
  readonly #checks: Checks
  readonly #preemptions: number
  readonly #mostKills: number
  readonly #limit: number
  readonly #initial: Int32Array
  readonly #nodes: Node[] = []
  readonly #path: number[] = []
  readonly #halves = new Uint32Array(2)
  #visited = new Visited()
  #last = -1
  #used = 0
  /** No preemption is left, so the thread goes on because of the bound; other orders may matter. */
  #held = false
  states = 0
  ends = 0
  kills = 0
  exhausted = false

  constructor(machine: Machine, checks: Checks, preemptions: number, kills: number, limit: number) {
    this.machine = machine
    this.#checks = checks
    this.#preemptions = preemptions
    this.#mostKills = kills
    this.#limit = limit
    this.#initial = machine.world.words.slice()
  }

  /** Returns true when the exploration is over, false if it must start again. */
  run(): boolean {
    const { machine } = this
    const { world } = machine
    machine.grown = false
    this.#visited = new Visited()
    this.states = 0
    this.ends = 0
    this.kills = 0
    this.#path.length = 0
    this.#last = -1
    this.#used = 0
    world.words.set(this.#initial)
    machine.restored()
    try {
      let depth = this.#advance(0)
      while (depth > 0) {
        const node = this.#nodes[depth - 1] as Node
        if (node.next === node.choices.length) {
          depth--
          continue
        }
        if (node.next > 0) {
          world.words.set(node.saved)
          machine.restored()
          this.#path.length = node.path
          this.#last = node.last
          this.#used = node.used
        }
        this.#apply(node.choices[node.next++] as number)
        depth = this.#advance(depth)
        if (machine.grown) return false
        if (this.states > this.#limit) {
          this.exhausted = true
          return true
        }
      }
    } catch (error) {
      if (error instanceof Finding) throw error
      throw new Finding((error as Error).message, [...this.#path])
    }
    return !machine.grown
  }

  /**
   * Goes on while there is only one choice, then makes a node, unless the state is an end or was seen before.
   */
  #advance(depth: number): number {
    const { machine } = this
    for (;;) {
      const choices = this.#choices()
      if (choices.length === 0 || (choices[0] as number) >= EXITS) {
        this.#checks.step(machine)
        this.#checks.end(machine)
        this.ends++
      }
      if (choices.length === 0) return depth
      if (choices.length > 1 || (this.#held && machine.isBetween(choices[0] as number))) {
        machine.hashes(this.#halves)
        const bounded = this.#preemptions !== Number.POSITIVE_INFINITY
        const salt = bounded ? this.#last + 1 : 0
        if (
          !this.#visited.add(
            this.#halves[0] as number,
            (this.#halves[1] as number) ^ (salt << 24),
            bounded ? this.#used : 0,
          )
        ) {
          return depth
        }
        this.states++
        this.#checks.step(machine)
        if (choices.length > 1) {
          this.#push(depth, choices)
          return depth + 1
        }
      }
      this.#apply(choices[0] as number)
    }
  }

  #push(depth: number, choices: number[]): void {
    const { words } = this.machine.world
    let node = this.#nodes[depth]
    if (node === undefined) {
      node = { saved: new Int32Array(words.length), choices, next: 0, path: 0, last: 0, used: 0 }
      this.#nodes[depth] = node
    }
    node.saved.set(words)
    node.choices = choices
    node.next = 0
    node.path = this.#path.length
    node.last = this.#last
    node.used = this.#used
  }

  #apply(choice: number): void {
    const { machine } = this
    this.#path.push(choice)
    if (this.#path.length > LONGEST) throw new Error(`livelock: more than ${LONGEST} steps`)
    if (choice >= EXITS) {
      machine.exit(choice - EXITS)
      this.kills++
      const { words, kills } = machine.world
      words[kills] = (words[kills] as number) + 1
    } else {
      if (choice !== this.#last && this.#last >= 0 && machine.canStep(this.#last)) this.#used++
      this.#last = choice
      machine.step(choice)
    }
  }

  #choices(): number[] {
    const { machine } = this
    const count = machine.actors.length
    const mayKill = (machine.world.words[machine.world.kills] as number) < this.#mostKills
    const bounded = this.#preemptions !== Number.POSITIVE_INFINITY
    const last = this.#last
    this.#held = false
    if (last >= 0 && machine.canStep(last) && machine.isLocal(last)) return this.#withExits([last], mayKill)
    const choices: number[] = []
    this.#held = bounded && this.#used >= this.#preemptions && last >= 0 && machine.canStep(last)
    if (last >= 0 && machine.canStep(last)) choices.push(last)
    for (let thread = 0; thread < count; thread++) {
      if (thread === last || !machine.canStep(thread)) continue
      if (!bounded && machine.isLocal(thread)) return this.#withExits([thread], mayKill)
      if (!this.#held) choices.push(thread)
    }
    if (choices.length > 1) this.#refuseRaces()
    return this.#withExits(choices, mayKill)
  }

  #withExits(choices: number[], mayKill: boolean): number[] {
    const { machine } = this
    if (!mayKill) return choices
    for (let thread = 0; thread < machine.actors.length; thread++) {
      if (machine.canExit(thread)) choices.push(EXITS + thread)
    }
    machine.offered()
    return choices
  }

  #refuseRaces(): void {
    const { machine } = this
    const count = machine.actors.length
    for (let first = 0; first < count; first++) {
      for (let second = first + 1; second < count; second++) {
        refuseRace(machine, this.#checks.mayRace, first, second)
      }
    }
  }
}
