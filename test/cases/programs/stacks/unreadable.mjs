import { EMPTY, Queue, Supervisor } from 'millrace'

const filename = new URL('./throws.mjs', import.meta.url)
for (const name of ['code', 'revoked', 'prototype']) {
  const letters = new Queue()
  const jobs = new Queue({ maxDeliveries: 1, deadLetters: letters })
  await jobs.put(1)
  jobs.shutdown()
  const supervisor = new Supervisor()
  const group = supervisor.spawn({ filename, name })
  const { code } = await group.join({ timeout: 20_000 }).catch((error) => error)
  supervisor.consume(jobs, { filename, name, threads: 1 })
  await supervisor.join({ timeout: 20_000 }).catch(() => {})
  const letter = letters.tryGet()
  console.log(name, code, letter !== EMPTY && letter.error instanceof Error)
}
