const hour = () => new Promise((resolve) => setTimeout(resolve, 3_600_000)) // a socket, a pipe, a timetable: nothing for an hour
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
