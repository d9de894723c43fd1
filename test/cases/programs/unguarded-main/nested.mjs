// A thread's function may start threads of its own.
import { isMillraceThread, run, threaded } from 'millrace'

const double = threaded(import.meta, (n) => 2 * n)
const sumOfDoubles = threaded(import.meta, async (numbers) => {
  let sum = 0
  for (const n of numbers) sum += await run(double, n)
  return sum
})
if (!isMillraceThread) console.log(await run(sumOfDoubles, [1, 2, 3]))
