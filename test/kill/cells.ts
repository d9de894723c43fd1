/** How a thread dies. */
export const WAYS = ['terminate', 'exit', 'throw', 'memory', 'endless'] as const
export type Way = (typeof WAYS)[number] | 'parent'

/** The operation during which it dies. */
export type Role =
  | 'get'
  | 'take'
  | 'iterate'
  | 'hot put and get'
  | 'hot put'
  | 'hot get'
  | 'hot fail'
  | 'asleep in get'
  | 'asleep in put'
  | 'asleep in join'
  | 'awaiting get'

/** The thread that started it: this one, another that is attached to the queue, or one without millrace. */
export type Starter = 'main' | 'knowing' | 'ignorant'

export interface Cell {
  readonly role: Role
  readonly way: Way
  readonly starter: Starter
  /** The items are stored in blocks. */
  readonly long: boolean
  /** Victims that die at the same time. */
  readonly victims: number
  /** The victim is killed at a random moment after its start. */
  readonly early: boolean
}

function cell(role: Role, way: Way, more: Partial<Cell> = {}): Cell {
  return { role, way, starter: 'main', long: false, victims: 1, early: false, ...more }
}

const HOLDING: readonly Role[] = ['get', 'take', 'iterate']
const HOT: readonly Role[] = ['hot put and get', 'hot put', 'hot get']

/** The deaths of a victim that no other producer or consumer runs beside. */
export const ALONE_CELLS: readonly Cell[] = [
  ...WAYS.flatMap((way) => [
    ...HOLDING.map((role) => cell(role, way)),
    ...HOT.map((role) => cell(role, way)),
    cell('get', way, { long: true }),
    cell('hot put', way, { long: true }),
    cell('hot fail', way),
    cell('awaiting get', way),
    cell('get', way, { starter: 'ignorant' }),
  ]),
  cell('asleep in get', 'terminate'),
  cell('asleep in put', 'terminate'),
  cell('asleep in put', 'terminate', { long: true }),
  cell('asleep in join', 'terminate'),
  cell('get', 'terminate', { victims: 3 }),
  cell('hot put and get', 'terminate', { victims: 3 }),
  cell('hot fail', 'terminate', { victims: 3 }),
  cell('hot put and get', 'terminate', { early: true }),
  ...(['knowing', 'ignorant'] as const).flatMap((starter) => [
    cell('get', 'parent', { starter }),
    cell('take', 'parent', { starter }),
    cell('get', 'parent', { starter, long: true }),
    cell('hot put and get', 'parent', { starter }),
    cell('asleep in get', 'parent', { starter }),
    cell('hot put and get', 'parent', { starter, early: true }),
  ]),
]

export function nameOf({ role, long, starter, victims, early }: Cell): string {
  return [
    role,
    ...(long ? ['long items'] : []),
    ...(starter === 'main' ? [] : [`${starter} parent`]),
    ...(victims === 1 ? [] : [`${victims} at once`]),
    ...(early ? ['just started'] : []),
  ].join(', ')
}
