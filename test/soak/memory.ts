/** A figure of memory, at some minute. */
export interface Sample {
  readonly minute: number
  readonly bytes: number
}

export interface Trend {
  /** Bytes a minute: the least squares of what was judged. */
  readonly slope: number
  /** Growth over the time judged, and how much of it may be chance: two standard errors. */
  readonly growth: number
  readonly doubt: number
  readonly mean: number
  readonly minutes: number
}

/** What the first third of a run shows is warming up: code, caches, the allocator's arenas. */
const WARMING_UP = 1 / 3
/** Fewer samples send nothing. */
const LEAST = 12

/** The trend of the last two thirds; undefined of a run too short to judge. */
export function trendOf(samples: readonly Sample[]): Trend | undefined {
  const judged = samples.slice(Math.ceil(samples.length * WARMING_UP))
  if (judged.length < LEAST) return undefined
  const count = judged.length
  const meanX = judged.reduce((sum, { minute }) => sum + minute, 0) / count
  const mean = judged.reduce((sum, { bytes }) => sum + bytes, 0) / count
  const xx = judged.reduce((sum, { minute }) => sum + (minute - meanX) ** 2, 0)
  const xy = judged.reduce((sum, { minute, bytes }) => sum + (minute - meanX) * (bytes - mean), 0)
  const slope = xy / xx
  const rest = judged.reduce(
    (sum, { minute, bytes }) => sum + (bytes - mean - slope * (minute - meanX)) ** 2,
    0,
  )
  const minutes = (judged.at(-1) as Sample).minute - (judged[0] as Sample).minute
  const doubt = 2 * Math.sqrt(rest / (count - 2) / xx) * minutes
  return { slope, growth: slope * minutes, doubt, mean, minutes }
}

/**
 * Flat: what it has grown by in the last two thirds of the run, less what may be chance, is no more than
 * `share` of its mean. A leak grows with the run, so a longer run finds a smaller one; what levels off does
 * not fail.
 */
export function isFlat({ growth, doubt, mean }: Trend, share: number): boolean {
  return growth - doubt <= share * mean
}
