/** A source, as a socket or a pipe, that gives nothing for an hour. */
const hour = () => new Promise((resolve) => setTimeout(resolve, 3_600_000))
export async function* quiet() {
  await hour()
  yield 'late'
}
export async function* lines() {
  yield 'first'
  yield* quiet()
}
export const handle = (line) => {
  throw new Error(`cannot do ${line}`)
}
export const pass = (line, { args }) => args.to.put(line)
export const arrived = () => {}
