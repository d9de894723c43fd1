// Calls of `run` at the top level, in a module that is its own thread's.
import { run, threaded } from 'millrace'

const square = threaded(import.meta, (n) => n * n)
console.log(await run(square, 7))
