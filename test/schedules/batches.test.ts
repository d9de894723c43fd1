import { BATCHES } from './configurations/batches.ts'
import { exploring } from './exploring.ts'

exploring('batches', BATCHES)
