/** The table of kills: role, way to die, and starter of the thread; if the main thread is attached. */
export interface Cell {
  /** Holds places; waits, blocked or asynchronously; is granted; adds and evicts keys. */
  readonly role: 'hold' | 'sync' | 'async' | 'try' | 'keys'
  /** It is terminated from outside at any moment; or calls process.exit after a random number of steps. */
  readonly way: 'terminate' | 'exit'
  /** 'nested': a thread that does not know the limiter. */
  readonly starter: 'main' | 'nested'
  readonly main: 'attached' | 'detached'
}

export const CELLS: readonly Cell[] = (['hold', 'sync', 'async', 'try', 'keys'] as const).flatMap((role) =>
  (['terminate', 'exit'] as const).flatMap((way) =>
    (['main', 'nested'] as const).flatMap((starter) =>
      (['attached', 'detached'] as const).map((main) => ({ role, way, starter, main })),
    ),
  ),
)

export function nameOf({ role, way, starter, main }: Cell): string {
  return `${role}, ${way}, started by ${starter}, main ${main}`
}
