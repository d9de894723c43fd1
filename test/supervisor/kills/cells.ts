/** How a victim's end comes about: by itself, by another, or with all threads. */
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
  | { readonly scene: 'wedge'; readonly wedge: Wedge }

/** All consumers at once; another as soon as one has died; while it starts; a producer and a consumer at once. */
export type Storm = 'all at once' | 'while another recovers' | 'while starting' | 'with the producer'

/** Threads that die before they are ready: all; the first two of three; by what they load; for want of memory. */
export type Wedge =
  | 'terminated at once'
  | 'first two terminated at once'
  | 'a preload exits'
  | 'no memory to start'
  | 'the module exits'

const BY_ITSELF: readonly Way[] = ['exit 0', 'exit 1', 'timer', 'rejection', 'memory']
const BY_ANOTHER: readonly Way[] = ['terminate', 'terminate, hot', 'endless', 'asleep']
const THROUGH: readonly Through[] = ['consume', 'spawn']

/** Every kind of kill that is tried. */
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
  }
}

/** A thread's heap limit may take the process down instead. */
export function mayAbort(cell: Cell): boolean {
  return (
    ('way' in cell && cell.way === 'memory') ||
    (cell.scene === 'wedge' && cell.wedge === 'no memory to start')
  )
}
