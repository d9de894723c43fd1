import { setTimeout as sleep } from 'node:timers/promises'
import { queryObjects } from 'node:v8'
import { MessagePort } from 'node:worker_threads'
import { Queue } from 'millrace'

const ports = () => queryObjects(MessagePort, { format: 'count' })
const before = ports()
for (let n = 0; n < 50; n++) new Queue({ maxsize: 1 })[Symbol.dispose]()
await sleep(200)
console.log(ports() - before < 10)
