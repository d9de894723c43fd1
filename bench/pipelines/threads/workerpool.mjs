import workerpool from 'workerpool'
import { work } from './task.mjs'

workerpool.worker({ work })
