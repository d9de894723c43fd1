import { CODECS } from '../codecs/index.ts'
import { BACK_ENDS } from './back-ends.ts'
import { KINDS } from './kinds.ts'
import { LATENCIES } from './latency.ts'
import { MEMORY } from './memory.ts'
import { PIPELINES } from './pipelines.ts'
import type { Scenario } from './scenario.ts'
import { ITEM_SIZES } from './sizes.ts'
import { STARTS_OF_THREADS } from './starts.ts'
import { SUPERVISED } from './supervised.ts'
import { SWEEPS } from './sweeps.ts'
import { THREAD_COUNTS } from './thread-counts.ts'
import { THROUGHPUT } from './throughput.ts'

export const SCENARIOS: readonly Scenario[] = [
  ...BACK_ENDS,
  ...THROUGHPUT,
  ...THREAD_COUNTS,
  ...ITEM_SIZES,
  ...SWEEPS,
  ...LATENCIES,
  ...STARTS_OF_THREADS,
  ...MEMORY,
  ...PIPELINES,
  ...SUPERVISED,
  ...KINDS,
  ...CODECS,
]
