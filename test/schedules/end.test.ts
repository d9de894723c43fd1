import { END } from './configurations/end.ts'
import { exploring } from './exploring.ts'

exploring('the end of a queue', END)
