import { Queue, Supervisor } from 'millrace'

const filename = new URL('./keeps.mjs', import.meta.url)
for (const role of ['consume', 'spawn', 'produce', 'throws']) {
  const queue = new Queue()
  const kept = new Queue()
  await queue.putMany([1, 2])
  const supervisor = new Supervisor()
  const task = { filename, name: role, args: { kept }, threads: 1 }
  if (role === 'spawn') supervisor.spawn(task)
  else if (role === 'produce') supervisor.produce(queue, task)
  else supervisor.consume(queue, task)
  if (role !== 'produce') queue.shutdown()
  await supervisor.join().catch(() => {})
  console.log(role, await kept.get({ timeout: 20_000 }))
}
