import { describe } from 'vitest'
import { CONFIGURATIONS } from './configurations/index.ts'
import { sampling } from './exploring.ts'

/** In all; each configuration gets the same share. */
const SCHEDULES = 200_000

describe('schedules by chance', () => {
  sampling(CONFIGURATIONS, Math.ceil(SCHEDULES / CONFIGURATIONS.length))
})
