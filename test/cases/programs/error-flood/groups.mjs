import { Supervisor } from 'millrace'

const supervisor = new Supervisor()
const filename = new URL('./work.mjs', import.meta.url)
for (let group = 0; group < 12; group++) supervisor.spawn({ filename, name: 'hanlde' }) // The name is misspelled.
await supervisor.join()
