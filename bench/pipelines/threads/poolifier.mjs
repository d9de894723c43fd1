import { ThreadWorker } from 'poolifier'
import { work } from './task.mjs'

export default new ThreadWorker(work)
