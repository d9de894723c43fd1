import type { Access } from './steppable.ts'

/** An operation on the world beside its shared words. It is one step, and uses no variable of its actor. */
export interface Local<W> {
  readonly kind: 'local'
  readonly name: string
  readonly may: (world: W) => boolean
  /** It commutes with all steps of other actors, so it is made at once. */
  readonly isOwn: boolean
  readonly run: (world: W) => number
}

export type Step<W> = Access | Local<W>
export type Turn<W> = Generator<Step<W>, void, number>

/** The state of an exploration, apart from what the actors know: plain data. */
export interface WorldBase {
  words: number[]
  /** The actors that sleep on a word, as [actor, word]; and those that were woken and do not run yet. */
  sleepers: [number, number][]
  woken: number[]
}

/** An actor begins a turn when the one before has ended. It keeps nothing from one turn to the next. */
export interface Actor<W> {
  readonly name: string
  readonly turn: () => Turn<W>
  /** Called after the turn: whether there is another. */
  readonly again: (world: W) => boolean
}

export interface Model<W extends WorldBase> {
  readonly world: W
  readonly actors: readonly Actor<W>[]
  /** The actors that may die now. */
  mortal(world: W): readonly number[]
  /** An actor has died. Its next turn is that of the thread that replaces it. */
  died(world: W, actor: number): void
  /** Sees each access before it is made. */
  access(world: W, actor: number, access: Access): void
  /** No actor can make a step. @throws Error for a finding */
  end(world: W): void
}

export interface Explored {
  readonly states: number
  readonly ends: number
}

/** The answers of an actor since the beginning of its turn, the last first. */
interface Known {
  readonly answer: number
  readonly before: Known | undefined
  readonly text: string
}

interface Knowledge<W> {
  known: Known | undefined
  /** Undefined: the actor has ended. */
  step: Step<W> | undefined
}

interface Node<W> {
  readonly world: string
  readonly locals: readonly Knowledge<W>[]
  readonly choices: number[]
  /** The actor of the last step, and how often one may still be interrupted. */
  readonly last: number
  readonly left: number
}

/** More states than this are too many. */
const MOST = 3_000_000

/** From here on, a choice is the death of an actor. */
const DEATHS = 100

/**
 * Explores the orders of the actors' steps in which an actor that could go on is interrupted at most
 * `preemptions` times; with deaths between any two steps. @throws Error with a trace
 */
export function explore<W extends WorldBase>(
  model: Model<W>,
  preemptions = Number.POSITIVE_INFINITY,
): Explored {
  const { actors } = model
  const seen = new Set<number>()
  const running = actors.map(() => ({
    turn: undefined as Turn<W> | undefined,
    at: undefined as Known | undefined,
  }))
  let ends = 0

  const begin = (actor: number): Knowledge<W> => {
    const turn = (actors[actor] as Actor<W>).turn()
    running[actor] = { turn, at: undefined }
    return { known: undefined, step: turn.next(0).value as Step<W> }
  }
  const goOn = (world: W, actor: number, { known }: Knowledge<W>, answer: number): Knowledge<W> => {
    let live = running[actor] as { turn: Turn<W> | undefined; at: Known | undefined }
    if (live.turn === undefined || live.at !== known) {
      const turn = (actors[actor] as Actor<W>).turn()
      turn.next(0)
      for (const each of listOf(known)) turn.next(each)
      live = { turn, at: known }
      running[actor] = live
    }
    const next: Known = { answer, before: known, text: `${known?.text ?? ''},${answer}` }
    const { value, done } = (live.turn as Turn<W>).next(answer)
    live.at = next
    if (done !== true) return { known: next, step: value }
    return (actors[actor] as Actor<W>).again(world) ? begin(actor) : { known: undefined, step: undefined }
  }

  const choicesOf = (world: W, locals: readonly Knowledge<W>[]): number[] => {
    const choices: number[] = []
    const own = locals.findIndex(({ step }) => step?.kind === 'local' && step.isOwn && step.may(world))
    if (own >= 0) return [own]
    for (const [actor, { step }] of locals.entries())
      if (step !== undefined && canStep(world, actor, step)) choices.push(actor)
    for (const actor of model.mortal(world)) choices.push(DEATHS + actor)
    return choices
  }

  const make = (world: W, before: readonly Knowledge<W>[], choice: number): Knowledge<W>[] => {
    const locals = [...before]
    if (choice >= DEATHS) {
      const actor = choice - DEATHS
      world.sleepers = world.sleepers.filter(([sleeper]) => sleeper !== actor)
      world.woken = world.woken.filter((woken) => woken !== actor)
      model.died(world, actor)
      locals[actor] = begin(actor)
      return locals
    }
    const local = locals[choice] as Knowledge<W>
    const step = local.step as Step<W>
    if (step.kind === 'local') locals[choice] = goOn(world, choice, local, step.run(world))
    else {
      model.access(world, choice, step)
      const answer = accessed(world, choice, step)
      if (answer !== undefined) locals[choice] = goOn(world, choice, local, answer)
    }
    return locals
  }

  const first = actors.map((_, actor) => begin(actor))
  const stack: Node<W>[] = [
    {
      world: JSON.stringify(model.world),
      locals: first,
      choices: choicesOf(model.world, first),
      last: -1,
      left: preemptions,
    },
  ]
  const path: string[] = []
  while (stack.length > 0) {
    const node = stack.at(-1) as Node<W>
    const choice = node.choices.pop()
    if (choice === undefined) {
      stack.pop()
      path.pop()
      continue
    }
    const world = JSON.parse(node.world) as W
    const step = choice < DEATHS ? node.locals[choice]?.step : undefined
    const isOwn = step?.kind === 'local' && step.isOwn
    const lastStep = node.locals[node.last]?.step
    const interrupts =
      step !== undefined &&
      !isOwn &&
      choice !== node.last &&
      lastStep !== undefined &&
      canStep(world, node.last, lastStep)
    if (interrupts && node.left === 0) continue
    const left = node.left - (interrupts ? 1 : 0)
    const last = step === undefined ? -1 : isOwn ? node.last : choice
    path.push(shown(model, node, choice))
    try {
      const locals = make(world, node.locals, choice)
      const text = JSON.stringify(world)
      const key = hash(
        `${text}|${locals.map(({ known, step }) => (step === undefined ? '-' : (known?.text ?? ''))).join('|')}${Number.isFinite(left) ? `|${last} ${left}` : ''}`,
      )
      if (seen.has(key)) {
        path.pop()
        continue
      }
      seen.add(key)
      if (seen.size > MOST) throw new Error(`more than ${MOST} states`)
      const choices = choicesOf(world, locals)
      if (choices.length === 0) {
        ends++
        model.end(world)
      }
      stack.push({ world: text, locals, choices, last, left })
    } catch (error) {
      throw new Error(`${(error as Error).message}\n  ${path.join('\n  ')}`)
    }
  }
  return { states: seen.size, ends }
}

function listOf(known: Known | undefined): number[] {
  const list: number[] = []
  for (let each = known; each !== undefined; each = each.before) list.push(each.answer)
  return list.reverse()
}

function canStep<W extends WorldBase>(world: W, actor: number, step: Step<W>): boolean {
  if (step.kind === 'local') return step.may(world)
  return step.kind !== 'wait' || !world.sleepers.some(([sleeper]) => sleeper === actor)
}

/** The answer; undefined if the actor sleeps. */
function accessed(world: WorldBase, actor: number, { kind, at, a, b }: Access): number | undefined {
  const { words } = world
  if (at < 0 || at >= words.length) throw new Error(`word ${at}`)
  const old = words[at] as number
  if (kind === 'store' || kind === 'exchange') words[at] = a
  else if (kind === 'add') words[at] = (old + a) | 0
  else if (kind === 'or') words[at] = old | a
  else if (kind === 'compareExchange') {
    if (old === a) words[at] = b
  } else if (kind === 'notify') {
    for (const [sleeper, word] of world.sleepers) if (word === at) world.woken.push(sleeper)
    world.sleepers = world.sleepers.filter(([, word]) => word !== at)
  } else if (kind === 'wait') {
    const index = world.woken.indexOf(actor)
    if (index >= 0) world.woken.splice(index, 1)
    else if (old === a) {
      world.sleepers.push([actor, at])
      return undefined
    }
    return 0
  }
  return old
}

function shown<W extends WorldBase>({ actors }: Model<W>, { locals }: Node<W>, choice: number): string {
  if (choice >= DEATHS) return `${actors[choice - DEATHS]?.name} dies`
  const { name } = actors[choice] as Actor<W>
  const { step } = locals[choice] as Knowledge<W>
  if (step?.kind === 'local') return `${name}: ${step.name}`
  return `${name}: ${step?.kind} [${step?.at}] ${step?.a} ${step?.b}`
}

/** 53 bits. */
function hash(text: string): number {
  let low = 0xdeadbeef
  let high = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    low = Math.imul(low ^ code, 2654435761)
    high = Math.imul(high ^ code, 1597334677)
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  return 4294967296 * (2097151 & high) + (low >>> 0)
}
