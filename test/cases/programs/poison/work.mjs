export function handle(n) {
  if (n === 7 || n === 13) process.exit(1)
}
export function* generator() {}
export async function* asyncGenerator() {}
export const returnsGenerator = () => generator()
export default () => 1
export const promisesGenerator = async () => generator()
// As TypeScript compiles a generator for ES5.
export const compiledGenerator = () => ({ next() {}, return() {}, throw() {}, [Symbol.iterator]() {} })
