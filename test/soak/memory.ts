/** An amount of memory at some minute. */
export interface Sample {
  readonly minute: number
  readonly bytes: number
}

export interface Trend {
  /** Bytes a minute: the least squares of the judged samples. */
  readonly slope: number
  /** Growth over the judged time, and the part of it that may be chance: two standard errors. */
  readonly growth: number
  readonly doubt: number
  readonly mean: number
  readonly minutes: number
}

/** The first third of a run warms up: code, caches, the arenas of the allocator. */
const WARMING_UP = 1 / 3
/** The least number of samples that can be judged. */
const LEAST = 12

/** The trend of the last two thirds; undefined if the run is too short to judge. */
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
 * True if the growth in the last two thirds of the run, less the part that may be chance, is at most `share`
 * of the mean. A leak grows with the run, so a longer run finds a smaller leak. Growth that levels off
 * passes.
 */
export function isFlat({ growth, doubt, mean }: Trend, share: number): boolean {
  return growth - doubt <= share * mean
}
