import { BACK_ENDS } from './back-ends.ts'
import { KINDS } from './kinds.ts'
import type { Scenario } from './scenario.ts'
import { SUPERVISED } from './supervised.ts'
import { THREAD_COUNTS } from './thread-counts.ts'
import { THROUGHPUT } from './throughput.ts'

export const SCENARIOS: readonly Scenario[] = [
  ...BACK_ENDS,
  ...THROUGHPUT,
  ...SUPERVISED,
  ...KINDS,
  ...THREAD_COUNTS,
]
