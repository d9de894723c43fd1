/**
 * A bakery on real threads: two bakers, three customers, a shelf for three loaves.
 *
 *   npx tsx examples/bakery.ts
 *
 * This file is the command. The program is in bakery/day.ts, with the functions that the threads run. Ctrl-C:
 * the bakers stop, and the loaves on the shelf are sold. Ctrl-C again: the program ends at once.
 */
import { isToRun } from './shared/command.ts'

const HELP = `Usage: bakery

Two bakers and three customers, each on a thread, share a shelf with room for three loaves.
Prints each step, and a table of the day for each thread.

  --help  prints this

Ctrl-C: the bakers stop, and the loaves on the shelf are sold. Ctrl-C again: the program ends at once.
Exit codes: 0; 1 failed; 2 wrong arguments; 130 interrupted.
`

if (isToRun('bakery', HELP)) {
  console.log('Two bakers and three customers are on their way; the day begins when all have come.')
  // Loading millrace from TypeScript takes half a second, so the first line is printed before.
  const { openShop } = await import('./bakery/day.ts')
  await openShop()
}
