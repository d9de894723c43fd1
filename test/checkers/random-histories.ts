import { after } from './brute-force.ts'
import type { Operation, QueueModel } from './operation.ts'

type Random = (limit: number) => number

/** An operation before its times become integers: any numbers for its beginning and its end. */
type Drawn = Omit<Operation, 'invoked' | 'returned'> & { from: number; to: number }

/**
 * A run of the queue, one operation after another. Each is extended at random beyond the moment at which it
 * happened.
 */
export function randomHistory(random: Random, model: QueueModel, operations: number): Operation[] {
  const drawn: Drawn[] = []
  const reach = [0.4, 1, 2, 4][random(4)] as number
  let contents: readonly number[] = []
  let tail = 0
  let head = 0
  while (drawn.length < operations) {
    const wantsPut = random(100) < 55
    const isFull = contents.length >= model.capacity
    const isEmpty = contents.length === 0
    const kind = wantsPut ? (isFull ? 'full' : 'put') : isEmpty ? 'empty' : 'take'
    const value = kind === 'put' ? tail : kind === 'take' ? (contents[0] as number) : -1
    const ticket = wantsPut ? tail : head
    const moment = drawn.length
    drawn.push({ kind, value, ticket, ...around(random, moment, reach) })
    if (kind === 'put') tail++
    if (kind === 'take') head++
    contents = after(contents, { kind, value, invoked: 0, returned: 0 }, model) as readonly number[]
  }
  return withTimes(drawn)
}

/** Random values and answers, most of them wrong. */
export function wildHistory(random: Random, operations: number): Operation[] {
  const drawn: Drawn[] = []
  let tail = 0
  for (let moment = 0; moment < operations; moment++) {
    const roll = random(10)
    const kind = roll < 5 ? 'put' : roll < 9 ? 'take' : 'empty'
    const value = kind === 'put' ? tail++ : kind === 'take' ? random(tail + 1) : -1
    drawn.push({ kind, value, ticket: 0, ...around(random, moment, 3) })
  }
  return withTimes(drawn)
}

type Mutation = (history: readonly Operation[], random: Random) => Operation[] | undefined

/**
 * Each function makes another history of one, which may or may not be linearizable; undefined if it cannot.
 */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'two takes swapped': (history, random) => swapped(history, random, 'take'),
  'two puts swapped': (history, random) => swapped(history, random, 'put'),
  'a take dropped': (history, random) => without(history, some(history, random, 'take')),
  'a put dropped': (history, random) => without(history, some(history, random, 'put')),
  'a take twice': (history, random) => {
    const take = some(history, random, 'take')
    if (take === undefined) return undefined
    const drawn = drawnOf(history)
    const again = { ...take, ...around(random, take.returned, history.length / 2) }
    return withTimes([...drawn, again])
  },
  'a time moved': (history, random) => {
    const at = random(history.length)
    const moved = around(random, random(2 * history.length), history.length / 2)
    return withTimes(drawnOf(history).map((each, index) => (index === at ? { ...each, ...moved } : each)))
  },
  'times made short': (history, random) =>
    withTimes(
      drawnOf(history).map((each) => {
        if (random(2) === 0) return each
        const from = each.from + ((each.to - each.from) * random(100)) / 200
        return { ...each, from, to: from + (each.to - from) / 8 }
      }),
    ),
  'a take found nothing': (history, random) => answering(history, random, 'take', 'empty'),
  'a put found no room': (history, random) => answering(history, random, 'put', 'full'),
}

function swapped(
  history: readonly Operation[],
  random: Random,
  kind: 'put' | 'take',
): Operation[] | undefined {
  const first = some(history, random, kind)
  const second = some(history, random, kind)
  if (first === undefined || second === undefined || first === second) return undefined
  return history.map((each) =>
    each === first
      ? { ...each, value: second.value }
      : each === second
        ? { ...each, value: first.value }
        : each,
  )
}

function without(history: readonly Operation[], operation: Operation | undefined): Operation[] | undefined {
  return operation === undefined ? undefined : history.filter((each) => each !== operation)
}

/** Makes an operation a refusal. */
function answering(
  history: readonly Operation[],
  random: Random,
  kind: Operation['kind'],
  answer: 'empty' | 'full',
): Operation[] | undefined {
  const operation = some(history, random, kind)
  if (operation === undefined) return undefined
  return history.map((each) => (each === operation ? { ...each, kind: answer, value: -1 } : each))
}

function some(history: readonly Operation[], random: Random, kind: Operation['kind']): Operation | undefined {
  const all = history.filter((each) => each.kind === kind)
  return all[random(all.length)]
}

function around(random: Random, moment: number, reach: number): { from: number; to: number } {
  const apart = () => (reach * (1 + random(1000))) / 1000
  return { from: moment - apart(), to: moment + apart() }
}

function drawnOf(history: readonly Operation[]): Drawn[] {
  return history.map(({ invoked, returned, ...rest }) => ({ ...rest, from: invoked, to: returned }))
}

/** The same order of events, each at a tick of its own. */
function withTimes(drawn: readonly Drawn[]): Operation[] {
  const events = drawn.flatMap(({ from, to }, index) => [
    { at: from, index, begins: true },
    { at: to, index, begins: false },
  ])
  // The call comes first if two times are equal: such operations overlap.
  events.sort((a, b) => a.at - b.at || Number(b.begins) - Number(a.begins))
  const invoked = new Map<number, number>()
  const returned = new Map<number, number>()
  for (const [tick, { index, begins }] of events.entries()) (begins ? invoked : returned).set(index, tick)
  return drawn.map(({ from: _from, to: _to, ...rest }, index) => ({
    ...rest,
    invoked: invoked.get(index) as number,
    returned: returned.get(index) as number,
  }))
}
