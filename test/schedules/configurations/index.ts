import { BATCHES } from './batches.ts'
import type { Configuration } from './configuration.ts'
import { DEAD_LETTERS } from './dead-letters.ts'
import { DEATHS } from './deaths.ts'
import { DELAYED } from './delayed.ts'
import { DROPPING } from './dropping.ts'
import { END } from './end.ts'
import { KINDS } from './kinds.ts'
import { LARGE } from './large.ts'
import { RECOVERY, REGISTRATION } from './recovery.ts'
import { RING } from './ring.ts'
import { SELECTING } from './selecting.ts'
import { BLOCKS, WAITING } from './waiting.ts'

/** All configurations. PCT samples each of them. */
export const CONFIGURATIONS: readonly Configuration[] = [
  ...RING,
  ...BATCHES,
  ...DEATHS,
  ...WAITING,
  ...BLOCKS,
  ...RECOVERY,
  ...REGISTRATION,
  ...END,
  ...KINDS,
  ...DELAYED,
  ...DROPPING,
  ...DEAD_LETTERS,
  ...SELECTING,
  ...LARGE,
]
