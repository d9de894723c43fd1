import { threaded } from '../../src/index.ts'
import { tableOfBlock } from './table.ts'

/** Runs on threads: the statistics of one block of lines. */
export const tableOf = threaded(import.meta, tableOfBlock)
