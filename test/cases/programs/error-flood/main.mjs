import { Queue, Supervisor } from 'millrace'

const supervisor = new Supervisor()
supervisor.consume(new Queue(), {
  filename: new URL('./work.mjs', import.meta.url),
  name: 'hanlde',
  threads: 32,
}) // The name is misspelled.
await supervisor.join()
