/** The cause of a victim's end: itself, another thread, or the end of all threads. */
export type Way =
  | 'terminate'
  | 'terminate, hot'
  | 'exit 0'
  | 'exit 1'
  | 'throw'
  | 'timer'
  | 'rejection'
  | 'memory'
  | 'endless'
  | 'asleep'
  | 'destroy'
  | 'close'

export type Through = 'consume' | 'spawn'
export type Resume = 'none' | 'skip' | 'manual'

export type Cell =
  | {
      readonly scene: 'consumer'
      readonly through: Through
      readonly way: Way
      readonly more?: 'retries' | 'onThrow'
    }
  | { readonly scene: 'producer'; readonly resume: Resume; readonly way: Way }
  | { readonly scene: 'storm'; readonly through: Through; readonly storm: Storm }
  | { readonly scene: 'nested' }
  | { readonly scene: 'ahead'; readonly way: Way }
  | { readonly scene: 'wedge'; readonly wedge: Wedge }
  | { readonly scene: 'between'; readonly moment: Moment }

/** The threads of a round: each made for its run, or kept from earlier ones and kept for later ones. */
export type Threads = 'fresh' | 'kept'

/**
 * When a kept thread dies: while it waits, ended or by itself, then perhaps just as it is taken; as the next
 * group is started, just before or after it, or within the next ms; before it begins; while it loads the next
 * module; in the next function, by what an earlier one has left; while it reports the end of a function, by
 * itself or by another thread.
 */
export type Moment = (typeof MOMENTS)[number]
export const MOMENTS = [
  'idle',
  'idle, by a timer that was left',
  'before the next start',
  'after the next start',
  'while it starts',
  'before it begins',
  'as it loads',
  'a timer that was left',
  'a rejection that was left',
  'as it ends, by itself',
  'as it ends, by another',
] as const

/** Deaths of all consumers at once, of one after the other, during a start, of a producer with a consumer. */
export type Storm = 'all at once' | 'while another recovers' | 'while starting' | 'with the producer'

/** Threads that die before they are ready: all, two of three, by a module they load, for lack of memory. */
export type Wedge =
  | 'terminated at once'
  | 'first two terminated at once'
  | 'a preload exits'
  | 'no memory to start'
  | 'the module exits'

const BY_ITSELF: readonly Way[] = ['exit 0', 'exit 1', 'timer', 'rejection', 'memory']
const BY_ANOTHER: readonly Way[] = ['terminate', 'terminate, hot', 'endless', 'asleep']
const THROUGH: readonly Through[] = ['consume', 'spawn']

/** All kinds of kills. */
export const CELLS: readonly Cell[] = [
  ...THROUGH.flatMap((through): Cell[] => [
    ...[...BY_ANOTHER, ...BY_ITSELF].map((way): Cell => ({ scene: 'consumer', through, way })),
    { scene: 'consumer', through, way: 'throw' },
    { scene: 'consumer', through, way: 'throw', more: through === 'consume' ? 'retries' : 'onThrow' },
    { scene: 'consumer', through, way: 'destroy' },
    { scene: 'consumer', through, way: 'close' },
  ]),
  ...(['none', 'skip', 'manual'] as const).flatMap((resume) =>
    [...BY_ANOTHER, ...BY_ITSELF]
      .filter((way) => way !== 'rejection')
      .map((way): Cell => ({ scene: 'producer', resume, way })),
  ),
  ...THROUGH.flatMap((through) =>
    (['all at once', 'while another recovers', 'while starting', 'with the producer'] as const).map(
      (storm): Cell => ({ scene: 'storm', through, storm }),
    ),
  ),
  { scene: 'nested' },
  ...(
    [
      'terminated at once',
      'first two terminated at once',
      'a preload exits',
      'no memory to start',
      'the module exits',
    ] as const
  ).map((wedge): Cell => ({ scene: 'wedge', wedge })),
  ...(['terminate', 'terminate, hot', 'endless', 'exit 0', 'exit 1', 'rejection'] as const).map(
    (way): Cell => ({ scene: 'ahead', way }),
  ),
  ...MOMENTS.map((moment): Cell => ({ scene: 'between', moment })),
]

export function nameOf(cell: Cell): string {
  switch (cell.scene) {
    case 'consumer':
      return `${cell.through}: ${cell.way}${cell.more === undefined ? '' : `, ${cell.more}`}`
    case 'producer':
      return `produce, resume ${cell.resume}: ${cell.way}`
    case 'storm':
      return `${cell.through}: ${cell.storm}`
    case 'nested':
      return 'nested supervisor: terminate'
    case 'wedge':
      return `before ready: ${cell.wedge}`
    case 'between':
      return `between two runs: ${cell.moment}`
    case 'ahead':
      return `consume, fetching ahead: ${cell.way}`
  }
}

/** Threads that die before they are ready have run nothing before, but for those that die of a module. */
export function modesOf(cell: Cell): readonly Threads[] {
  if (cell.scene === 'between') return ['kept']
  return cell.scene === 'wedge' && cell.wedge !== 'the module exits' ? ['fresh'] : ['fresh', 'kept']
}

/** One of the modes of the cell: by turns, as `turn` counts up. */
export function modeOf(cell: Cell, turn: number): Threads {
  const modes = modesOf(cell)
  return modes[turn % modes.length] ?? 'fresh'
}

/** The heap limit of a thread may end the whole process. */
export function mayAbort(cell: Cell): boolean {
  return (
    ('way' in cell && cell.way === 'memory') ||
    (cell.scene === 'wedge' && cell.wedge === 'no memory to start')
  )
}
