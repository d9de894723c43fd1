import { codecs, Queue } from 'millrace'

const queue = new Queue()
queue.tryPut('no threads')
console.log(queue.tryGet())

const packed = new Queue({ codec: codecs.msgpack })
packed.tryPut([1n])
console.log(packed.tryGet())
