import { Queue } from 'millrace'

const queue = new Queue()
queue.tryPut('no threads')
console.log(queue.tryGet())
