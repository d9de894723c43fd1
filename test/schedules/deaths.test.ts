import { DEATHS } from './configurations/deaths.ts'
import { exploring } from './exploring.ts'

exploring('the death of a thread outside its straight lines', DEATHS)
