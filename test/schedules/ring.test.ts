import { RING } from './configurations/ring.ts'
import { exploring } from './exploring.ts'

exploring('the ring', RING)
