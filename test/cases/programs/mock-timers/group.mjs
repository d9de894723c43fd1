import { mock } from 'node:test'
import { Supervisor } from 'millrace'

const group = new Supervisor().spawn({ filename: new URL('./work.mjs', import.meta.url) })
mock.timers.enable({ apis: ['setInterval'] })
console.log(await group.join()) // The process must end now.
