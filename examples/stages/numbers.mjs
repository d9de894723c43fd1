/** Tests of numbers, for `seq 1 1000 | millrace map examples/stages/numbers.mjs#isPrime --filter`. */
export function isPrime(line) {
  const number = Number(line)
  if (!Number.isInteger(number) || number < 2) return false
  for (let factor = 2; factor * factor <= number; factor++) if (number % factor === 0) return false
  return true
}
