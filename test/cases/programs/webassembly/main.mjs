import { LifoQueue, PriorityQueue, Queue } from 'millrace'

const kinds = { LifoQueue, PriorityQueue, Queue }
const queue = new kinds[process.argv[2] ?? 'Queue']()
queue.tryPut('there')
console.log(queue.tryGet())
