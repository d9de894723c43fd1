export function handle(n) {
  if (n === 7 || n === 13) process.exit(1)
}
export function* generator() {}
export async function* asyncGenerator() {}
export const returnsGenerator = () => generator()
export const promisesGenerator = async () => generator()
export default () => 1

let active = 0
let isAlone = false

/** The last word of `deliveries` counts items that were delivered again while their thread held others. */
export async function handleAtOnce(n, { args: { deliveries } }) {
  const isAgain = Atomics.add(deliveries, n, 1) > 0
  if (isAlone || (isAgain && active > 0)) Atomics.add(deliveries, deliveries.length - 1, 1)
  active++
  isAlone = isAgain
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  if (n === 7 || n === 113) process.exit(1)
  isAlone = false
  active--
}
// TypeScript compiles a generator to such an object for ES5.
export const compiledGenerator = () => ({ next() {}, return() {}, throw() {}, [Symbol.iterator]() {} })
