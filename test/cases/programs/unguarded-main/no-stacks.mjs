import { Supervisor } from 'millrace'

Error.stackTraceLimit = 0
export const work = () => new Promise((resolve) => setTimeout(resolve, 500))
async function main() {
  await new Promise((resolve) => setTimeout(resolve, 50))
  const group = new Supervisor().spawn({ filename: import.meta.url, name: 'work' })
  await group.join().catch((error) => console.log(error.message))
}
main() // without `if (isMainThread)`
