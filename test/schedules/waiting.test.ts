import { BLOCKS, WAITING } from './configurations/waiting.ts'
import { exploring } from './exploring.ts'

exploring('sleeping and waking', WAITING)
exploring('blocks', BLOCKS)
