/** The operations that the WebAssembly module exports, and that the same source offers over Atomics. */

export {
  addKey,
  claimLimits,
  drawTicket,
  evictKey,
  freeLimits,
  giveBack,
  giveUpCell,
  grant,
  passOver,
  penalize,
  standInLine,
  wakeLimits,
} from '../limits/index.ts'
export { configure } from '../words/index.ts'
export { finishBatch, putBatch, takeBatch } from './batch.ts'
export { popBlocks, pushBlock, reserve, unreserve } from './blocks.ts'
export { discardDeque, putDeque, takeDeque } from './deque.ts'
export { begin, finishAndBegin, forgetAhead, revoke } from './fetch.ts'
export { claim, closeProducer, countFor, finish, inherit, markAtEnd, release, takeOver } from './ledger.ts'
export { discardHeap, putHeap, requeueHeap, takeHeap } from './priority.ts'
export { dropBottom, dropOldest, replace, replaceDeque } from './replace.ts'
export { delay, discardReturned, releaseDue, requeue, takeDeadLettered, takeReturned } from './returns.ts'
export { discardQueued, put, take } from './ring.ts'
export { nextRound, shut } from './shutdown.ts'
export { clearAsyncWaking, clearWaking, enterWait, leaveWait, wake, wakeAll } from './wake.ts'
