// An unguarded main() in a program without stacks.
import { setTimeout as sleep } from 'node:timers/promises'
import { Supervisor } from 'millrace'

Error.stackTraceLimit = 0
export async function main() {
  await sleep(200)
  const supervisor = new Supervisor()
  supervisor.spawn({ filename: import.meta.url, name: 'main' })
  await supervisor.join()
}
main().catch((error) => console.log(error.message))
