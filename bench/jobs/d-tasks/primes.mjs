const THROWS = 100
const HANGS = 200
const EXITS = 300

export const tasks = Array.from({ length: 400 }, (_, index) => ({ index, from: 100_000 + index * 2000 }))

/** How many primes there are among some thousand numbers: some 5 ms. Three of the tasks go wrong. */
export function primesOf({ index, from }) {
  if (index === THROWS) throw new Error('this one throws')
  if (index === EXITS) process.exit(3)
  while (index === HANGS);
  let count = 0
  for (let n = from; n < from + 40_000; n++) if (isPrime(n)) count++
  return count
}

function isPrime(n) {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false
  return true
}

/** `results` has undefined for each task that failed. */
export function print(results) {
  for (const [index, count] of results.entries()) console.log(index, count ?? 'failed')
}
