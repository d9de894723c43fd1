/** What the module exports, and what the same source offers over Atomics. */

export { delay, discardReturned, giveBack, releaseDue, takeDoomed, takeReturned } from './backlog.ts'
export { popBlock, pushBlock, reserve, unreserve } from './blocks.ts'
export { configure } from './config.ts'
export { discardDeque, putDeque, takeDeque } from './deque.ts'
export { adopt, claim, countFor, finish, markAtEnd, release, retire, succeed } from './ledger.ts'
export { discardHeap, giveBackHeap, putHeap, takeHeap } from './priority.ts'
export { dropBottom, dropOldest, replace, replaceDeque } from './replace.ts'
export { discardQueued, put, take } from './ring.ts'
export { nextRound, shut } from './shutdown.ts'
export { clearAsyncWaking, clearWaking, enterWait, leaveWait, wake, wakeAll } from './wake.ts'
