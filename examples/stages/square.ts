/** The square of each number: `seq 1 1000 | millrace map examples/stages/square.ts`. */
export default function square(line: string): number {
  const number = Number(line)
  if (line.trim() === '' || Number.isNaN(number)) throw new RangeError(`not a number: ${line}`)
  return number ** 2
}
