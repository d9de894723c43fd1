import { BATCH_MUTANTS } from './batches.ts'
import { type Mutant, one } from './mutant.ts'

export { LAYERS, type Layer, type Mutant } from './mutant.ts'

const RING = 'core/operations/ring.ts'
const DEQUE = 'core/operations/deque.ts'
const HEAP = 'core/operations/heap.ts'
const PRIORITY = 'core/operations/priority.ts'
const REPLACE = 'core/operations/replace.ts'
const RETURNS = 'core/operations/returns.ts'
const BLOCKS = 'core/operations/blocks.ts'
const LEDGER = 'core/operations/ledger.ts'
const WAKE = 'core/operations/wake.ts'
const SHUTDOWN = 'core/operations/shutdown.ts'
const SHARED = 'core/shared.ts'
const BLOCKING = 'wait/blocking.ts'
const WAKING = 'wait/waking.ts'
const PENDING = 'wait/pending.ts'
const LOT = 'core/threads/parking-lot.ts'
const END = 'queue/recovery/end-wait.ts'
const RECOVERY = 'queue/recovery/reclaim.ts'
const DEATHS = 'queue/recovery/deaths.ts'
const WATCH = 'queue/recovery/death-watch.ts'
const TAKES = 'queue/access/takes.ts'
const ENTRIES_IN_ORDER = 'queue/entries/entries-in-order.ts'
const LEASE = 'queue/access/lease.ts'
const ATTACHMENT = 'queue/attachment/attachment.ts'

const EXCHANGE_TAIL = 'if (cas(TAIL, tail, nextPosition(tail)) !== tail) return BUSY'
const EXCHANGE_HEAD = 'if (cas(HEAD, head, nextPosition(head)) !== head) return BUSY'
const LOCKS = 'if (cas(LOCK, 0, 1) !== 0) return BUSY\n'
const LOOKS = ['1P1C', '1P2C', '2P1C'] as const
/** The mark of a wake in flight may stay: its wake ended a sleep, or found no sleeper. */
const WAKES_ITSELF =
  'a thread that is woken, or sleeps later, clears the mark before its look; a wake that a dead sleeper consumed is followed by one for all'
const BOUNDED = ['wait/pending.test.ts', 'queue/waiting.test.ts'] as const

const core: Mutant[] = [
  {
    name: 'a put stores the tail instead of exchanging it',
    faults: one(RING, EXCHANGE_TAIL, 'store(TAIL, nextPosition(tail))'),
    expected: 'explored',
    scenes: ['2P1C', 'shutdown'],
  },
  {
    name: 'a take stores the head instead of exchanging it',
    faults: one(
      RING,
      `${EXCHANGE_HEAD}\n  empty(slot, entry)`,
      'store(HEAD, nextPosition(head))\n  empty(slot, entry)',
    ),
    expected: 'explored',
    scenes: ['1P2C'],
  },
  {
    name: 'an item is published before its cell stands in the slot',
    faults: [
      { file: RING, find: EXCHANGE_TAIL, replace: `${EXCHANGE_TAIL}\n  store(slot, fullMark(tail))` },
      {
        file: RING,
        find: 'store(slot, fullMark(tail))\n  return needsWake(GET)',
        replace: 'return needsWake(GET)',
      },
    ],
    expected: 'explored',
    scenes: ['1P1C, maxsize 2'],
  },
  {
    name: 'a slot is freed before its cell was taken out',
    faults: [
      {
        file: RING,
        find: `${EXCHANGE_HEAD}\n  empty(slot, entry)`,
        replace: `${EXCHANGE_HEAD}\n  store(slot, emptiedMark(head))\n  empty(slot, entry)`,
      },
      {
        file: RING,
        find: 'store(slot, emptiedMark(head))\n  return (peek',
        replace: 'return (peek',
      },
    ],
    expected: 'explored',
    scenes: ['1P1C'],
  },
  {
    name: 'the staged cell is still owned after its put',
    faults: one(
      RING,
      'poke(entry, peek(slot + SLOT_CELL))\n  poke(slot + SLOT_CELL, full)',
      'poke(slot + SLOT_CELL, full)',
    ),
    expected: 'explored',
    scenes: ['1P1C'],
  },
  {
    name: 'a value is left in its slot by its take',
    faults: one(RING, 'poke(value, peek(slot + SLOT_VALUE))\n'),
    expected: 'explored',
    scenes: ['values'],
  },
  {
    name: 'the second word of a value is not put',
    faults: one(RING, 'if (valueBytes > 4) poke(slot + SLOT_VALUE_HIGH, peek(value + 4))\n'),
    expected: 'explored',
    scenes: ['values'],
  },
  {
    name: 'the first delivery of a value is not counted',
    faults: one(RING, '    poke(cellAt(spare) + ATTEMPTS, 1)\n'),
    expected: 'explored',
    scenes: ['values'],
  },
  {
    name: 'a value that comes back stays in the entry',
    faults: one(RETURNS, '  keepValue(entry)\n'),
    expected: 'explored',
    scenes: ['values, come back'],
  },
  {
    name: 'a value that came back stays in its cell',
    faults: one(RETURNS, '  restoreValue(entry)\n'),
    expected: 'explored',
    scenes: ['values, come back'],
  },
  {
    name: 'the first delivery of an item in a cell is not counted',
    faults: one(RING, 'poke(at + ATTEMPTS, 1)\n  poke(entry', 'poke(entry'),
    expected: 'explored',
    scenes: ['1P1C'],
  },
  {
    name: 'a take does not heed urgent putters',
    faults: one(WAKE, 'if (load(URGENT + WAITERS) !== 0) return 1\n'),
    expected: 'explored',
    scenes: ['napping'],
  },
  {
    name: 'a take wakes no napping putter when half is free',
    faults: one(WAKE, 'return depth(load(TAIL), head) + load(RETURNS) <= maxsize >> 1 ? 1 : 0', 'return 0'),
    expected: 'explored',
    scenes: ['napping'],
    equivalent:
      'the nap of the putter ends by itself; before it sleeps without limit it counts itself as urgent, and looks',
  },
  {
    name: 'a putter that leaves does not heed urgent ones',
    faults: one(
      BLOCKING,
      '(size <= maxsize >> 1 || shared.load(URGENT + WAITERS) !== 0)',
      'size <= maxsize >> 1',
    ),
    expected: 'explored',
    scenes: ['napping, 2P1C'],
  },
  {
    name: 'a putter sleeps without limit and does not say so',
    faults: one(
      BLOCKING,
      'if (isUrgent) shared.core.enterWait(ledger, URGENT, URGENT_BIT, BLOCKED_WAITER)\n',
    ),
    expected: 'explored',
    scenes: ['napping'],
  },
  {
    name: 'a dead putter stays counted as urgent',
    faults: one(RECOVERY, '  core.leaveWait(ledger, URGENT, URGENT_BIT, BLOCKED_WAITER)\n'),
    expected: 'explored',
    scenes: ['napping, deaths'],
  },
  {
    name: 'the room of a slot is computed without its wrap',
    faults: one(
      RING,
      '(load(slotAt(oldest)) - emptiedMark(oldest)) | 0',
      '(load(slotAt(oldest)) - emptiedMark(oldest))',
    ),
    expected: 'explored',
    scenes: ['1P1C of 3 at the wrap'],
  },
  {
    name: 'a put ignores what came back',
    faults: one(RING, 'if (load(RETURNS) !== 0 && size(tail) >= maxsize) return FULL'),
    expected: 'copied',
    scenes: ['retry'],
    tests: ['queue/take.test.ts', 'queue/fifo.test.ts', 'core/refusals.test.ts'],
  },
  {
    name: 'a slot that is claimed and not published counts as an empty queue',
    faults: one(RING, 'if (depth(tail, head) > 0) return BUSY\n'),
    expected: 'copied',
    scenes: ['2P1C', 'shutdown, 1 taker'],
    tests: ['queue/fifo.test.ts', 'core/refusals.test.ts'],
  },
  {
    name: 'a take leaves what came back where it is',
    faults: one(RING, 'if (load(RETURNED) !== 0) return BEHIND_RETURNED'),
    expected: 'explored',
    scenes: ['retry'],
  },
  {
    name: 'a take clears the mark of its wait at the end after it has counted the item',
    faults: one(
      RETURNS,
      'store(ledger + AT_END, 0)\n  store(ledger + TAKEN, load(ledger + TAKEN) + 1)',
      'store(ledger + TAKEN, load(ledger + TAKEN) + 1)\n  store(ledger + AT_END, 0)',
    ),
    expected: 'sampled',
    scenes: ['two holders', 'shutdown', 'a holder dies at the end'],
    equivalent:
      'it is done under the lock of the returns, and a thread that counts the holders finds that lock free between two readings that agree',
  },
  {
    name: 'a discarded item is not finished',
    faults: one(RING, 'store(ledger + FINISHED, load(ledger + FINISHED) + 1)'),
    expected: 'explored',
    scenes: ['discarded'],
  },
  {
    name: 'a put into the deque goes without the lock',
    faults: one(DEQUE, `${LOCKS}  const answer = putLocked`, 'const answer = putLocked'),
    expected: 'explored',
    scenes: ['lifo 1P1C'],
  },
  {
    name: 'a take from the deque does not look again under the lock',
    faults: one(DEQUE, 'if (count === 0) return BUSY\n'),
    expected: 'explored',
    scenes: ['lifo 1P2C'],
  },
  {
    name: 'a take from the deque undoes an immediate shutdown',
    faults: one(DEQUE, EXCHANGE_HEAD, 'store(HEAD, nextPosition(head))'),
    expected: 'explored',
    scenes: ['lifo, discarded'],
  },
  {
    name: 'the heap moves its left child up, whichever is less',
    faults: one(
      HEAP,
      'const goesRight = left < count && nodeComesBefore(second, first) !== 0',
      'const goesRight = left > count',
    ),
    expected: 'compiled',
    scenes: ['priority 1P1C'],
    tests: ['core/heap.test.ts'],
  },
  {
    name: 'equals leave the heap in the wrong order',
    faults: one(
      HEAP,
      'return peek(node + ORDER_LOW) < orderLow ? 1 : 0',
      'return peek(node + ORDER_LOW) > orderLow ? 1 : 0',
    ),
    expected: 'compiled',
    scenes: ['priority 1P1C'],
    tests: ['core/heap.test.ts'],
  },
  {
    name: 'a take from the heap keeps no spare cell',
    faults: one(PRIORITY, '  keepSpare(spare)\n'),
    expected: 'explored',
    scenes: ['priority 1P1C'],
  },
  {
    name: 'what came back to the heap is discarded and still counted',
    faults: one(
      PRIORITY,
      'store(RETURNED, returned - 1)\n    store(RETURNS, load(RETURNS) - 1)\n  } else {\n    // The',
      'store(RETURNED, returned - 1)\n  } else {\n    // The',
    ),
    expected: 'explored',
    scenes: ['priority, discarded'],
  },
  {
    name: 'an item that is on its way in is dropped',
    faults: one(REPLACE, 'if (dropsHead && load(headSlot) !== fullMark(head)) return BUSY'),
    expected: 'explored',
    scenes: ['drops'],
  },
  {
    name: 'a drop does not know the flag of an immediate shutdown',
    faults: one(REPLACE, 'return cas(HEAD, flagged, nextPosition(flagged)) === flagged', 'return false'),
    expected: 'explored',
    scenes: ['drops, discarded'],
    equivalent:
      'the item that it leaves is discarded by the shutdown that set the flag: only `dropped` is less by one, and `finished` more by one',
  },
  {
    name: 'a drop at the bottom of the deque undoes an immediate shutdown',
    faults: one(REPLACE, 'add(HEAD, POSITION)', 'store(HEAD, nextPosition(load(HEAD)))'),
    expected: 'explored',
    scenes: ['lifo drops, discarded'],
  },
  {
    name: 'an item is given back without the lock',
    faults: one(RETURNS, `${LOCKS}  const outcome = requeueLocked`, 'const outcome = requeueLocked'),
    expected: 'sampled',
    scenes: ['retry'],
  },
  {
    name: 'an entry that holds nothing is given back',
    faults: one(RETURNS, 'if (state !== HELD && state !== ASIDE) return STALE\n'),
    expected: 'copied',
    tests: ['core/refusals.test.ts'],
  },
  {
    name: 'what was given up is delivered again when who moves it to the dead letters dies',
    faults: one(RETURNS, 'wasDeadLettered || verdict === DEAD_LETTER', 'verdict === DEAD_LETTER'),
    expected: 'explored',
    scenes: ['letters, the mover dies'],
  },
  {
    name: 'what came back is taken, and no delivery counted',
    faults: one(RETURNS, 'if (list === RETURNED_FIRST) poke(at + ATTEMPTS, peek(at + ATTEMPTS) + 1)'),
    expected: 'explored',
    scenes: ['retry'],
    tests: ['queue/take.test.ts'],
  },
  {
    name: 'delayed items are not discarded',
    faults: one(RETURNS, 'if (delayed <= 0) return NOTHING', 'return NOTHING'),
    expected: 'explored',
    scenes: ['delayed, discarded'],
  },
  {
    name: 'a delayed item is not let in at the moment it is due',
    faults: one(RETURNS, 'low > nowLow)) {', 'low >= nowLow)) {'),
    expected: 'explored',
    scenes: ['delayed'],
  },
  {
    name: 'the stack of blocks is exchanged without its generation',
    faults: [
      { file: BLOCKS, find: 'load(linkAt(block)), tag + 1)', replace: 'load(linkAt(block)), tag)' },
      { file: BLOCKS, find: 'block + 1, tag + 1)', replace: 'block + 1, tag)' },
    ],
    expected: 'explored',
    scenes: ['blocks that come back out of order'],
  },
  {
    name: 'the budget of blocks is stored instead of exchanged',
    faults: one(
      BLOCKS,
      'if (cas(FREE_BLOCKS, free, free - count) !== free) return BUSY',
      'store(FREE_BLOCKS, free - count)',
    ),
    expected: 'explored',
    scenes: ['blocks'],
  },
  {
    name: 'who is first in line for blocks stays there',
    faults: one(BLOCKS, 'if (first === ledger) store(FIRST_IN_LINE, 0)'),
    expected: 'explored',
    scenes: ['blocks'],
  },
  {
    name: 'an entry that holds nothing is finished',
    faults: one(LEDGER, 'if (peek(entry + ENTRY_STATE) !== HELD) return STALE\n'),
    expected: 'copied',
    scenes: ['an executor dies'],
    tests: ['core/refusals.test.ts'],
  },
  {
    name: 'who finishes looks for joins before it counts',
    faults: one(
      LEDGER,
      'store(ledger + FINISHED, load(ledger + FINISHED) + 1)\n  return load(JOIN + WAITERS) !== 0 ? 1 : 0',
      'const watched = load(JOIN + WAITERS)\n  store(ledger + FINISHED, load(ledger + FINISHED) + 1)\n  return watched !== 0 ? 1 : 0',
    ),
    expected: 'explored',
    scenes: ['join'],
  },
  {
    name: 'a thread registers in a ledger that is not counted as used',
    faults: one(LEDGER, 'if (used <= index && cas(LEDGERS_USED, used, index + 1) !== used) return BUSY'),
    expected: 'explored',
    scenes: ['a registrant dies'],
    tests: ['queue/fifo.test.ts'],
  },
  {
    name: 'a ledger is adopted though another has adopted it meanwhile',
    faults: one(
      LEDGER,
      'return cas64(ledger + OWNER, thread, previous, thread, recoverer)',
      'return cas64(ledger + OWNER, thread, load(ledger + 4), thread, recoverer)',
    ),
    expected: 'sampled',
    scenes: ['an executor dies'],
  },
  {
    name: 'a ledger that is retired while it is released stays vacant',
    faults: one(LEDGER, 'if (load(ledger + PRODUCER) === 0) cas64(ledger + OWNER, RESERVED, 0, 0, 0)'),
    expected: 'explored',
    scenes: ['a producer is retired'],
  },
  {
    name: 'who leaves a wait is still counted',
    faults: one(WAKE, 'add(side + WAITERS, -amount)'),
    expected: 'explored',
    scenes: LOOKS,
  },
  {
    name: 'a wake does not move the epoch',
    faults: one(WAKE, 'add(side + EPOCH, 1)\n    notify(side + EPOCH, 1)', 'notify(side + EPOCH, 1)'),
    expected: 'explored',
    scenes: LOOKS,
  },
  {
    name: 'a shutdown wakes one',
    faults: one(WAKE, 'notify(side + EPOCH, -1)', 'notify(side + EPOCH, 1)'),
    expected: 'explored',
    scenes: ['shutdown'],
  },
  {
    name: 'who leaves a wait leaves its wake in flight',
    faults: one(WAKE, 'store(side + (amount === BLOCKED_WAITER ? WAKING : ASYNC_WAKING), 0)'),
    expected: 'explored',
    scenes: ['1P1C', '1P2C', '2P1C', 'a sleeper dies'],
    equivalent: WAKES_ITSELF,
  },
  {
    name: 'a wake for all leaves the wake in flight that a dead sleeper ate',
    faults: one(WAKE, 'store(side + WAKING, 0)\n  store(side + ASYNC_WAKING, 0)\n'),
    expected: 'explored',
    scenes: ['a sleeper dies', 'shutdown', 'a holder dies at the end', 'an executor dies', 'a selector dies'],
    equivalent: WAKES_ITSELF,
  },
  {
    name: 'a put wakes no asynchronous waiter',
    faults: one(
      WAKE,
      'return waiters >= ASYNC_WAITER && load(side + ASYNC_WAKING) === 0 ? 1 : 0',
      'return 0',
    ),
    expected: 'explored',
    scenes: ['select'],
  },
  {
    name: 'a shutdown stores the tail with its flag',
    faults: [
      { file: SHUTDOWN, find: 'or(TAIL, SHUT)', replace: 'store(TAIL, load(TAIL) | SHUT)' },
      { file: SHUTDOWN, find: 'import { add, END_ROUND,', replace: 'import { add, END_ROUND, load, store,' },
    ],
    expected: 'explored',
    scenes: ['shutdown, 1 taker'],
  },
  {
    name: 'an immediate shutdown only drains',
    faults: one(SHUTDOWN, 'if (immediate !== 0) or(HEAD, SHUT)'),
    expected: 'explored',
    scenes: ['discarded'],
    tests: ['queue/shutdown.test.ts'],
  },
  {
    name: 'the finished counts are read after the tail',
    faults: [
      {
        file: SHARED,
        find: 'let finished = 0',
        replace: 'const tail = shared.load(TAIL)\n  let finished = 0',
      },
      {
        file: SHARED,
        find: 'return ((shared.load(TAIL) >>> 1) - finished)',
        replace: 'return ((tail >>> 1) - finished)',
      },
    ],
    expected: 'copied',
    scenes: ['join'],
    tests: ['core/refusals.test.ts'],
  },
  {
    name: 'a put has a loop between its exchange and its publication',
    faults: one(
      RING,
      EXCHANGE_TAIL,
      `${EXCHANGE_TAIL}\n  for (let turn: i32 = 0; turn < 2000; turn++) load(TAIL)`,
    ),
    expected: 'compiled',
  },
  {
    name: 'a block is freed in a loop instead of answering BUSY',
    faults: [
      {
        file: BLOCKS,
        find: 'const top = load(BLOCK_STACK)\n  const tag = load(BLOCK_TAG)\n  store(linkAt(last), top)',
        replace: 'let top = load(BLOCK_STACK)\n  let tag = load(BLOCK_TAG)\n  store(linkAt(last), top)',
      },
      {
        file: BLOCKS,
        find: 'if (cas64(BLOCK_STACK, top, tag, block + 1, tag + 1) === 0) {\n    store(linkAt(last), next)\n    return BUSY\n  }',
        replace:
          'while (cas64(BLOCK_STACK, top, tag, block + 1, tag + 1) === 0) {\n    top = load(BLOCK_STACK)\n    tag = load(BLOCK_TAG)\n    store(linkAt(last), top)\n  }',
      },
    ],
    expected: 'compiled',
  },
]

const wait: Mutant[] = [
  {
    name: 'a thread sleeps without looking again',
    faults: [
      { file: BLOCKING, find: 'let lapsed = false', replace: 'let lapsed = false\n    let looked = false' },
      {
        file: BLOCKING,
        find: 'next = attempt()',
        replace: 'next = looked ? attempt() : side\n        looked = true',
      },
    ],
    expected: 'explored',
    scenes: LOOKS,
  },
  {
    name: 'the epoch is read after the look',
    faults: [
      { file: BLOCKING, find: 'const epoch = shared.load(side + EPOCH)\n', replace: '' },
      {
        file: BLOCKING,
        find: 'if (next !== side) {',
        replace: 'const epoch = shared.load(side + EPOCH)\n        if (next !== side) {',
      },
    ],
    expected: 'explored',
    scenes: LOOKS,
  },
  {
    name: 'the wake in flight is cleared before the epoch is read',
    faults: one(
      BLOCKING,
      'const epoch = shared.load(side + EPOCH)\n        if (shared.load(side + WAKING) !== 0) shared.core.clearWaking(side)',
      'if (shared.load(side + WAKING) !== 0) shared.core.clearWaking(side)\n        const epoch = shared.load(side + EPOCH)',
    ),
    expected: 'explored',
    scenes: LOOKS,
  },
  {
    name: 'who leaves a wait passes no wake on',
    faults: one(BLOCKING, 'passOn(shared, side)\n    }', '}'),
    expected: 'sampled',
    scenes: ['1P2C', '2P1C', 'retry'],
  },
  {
    name: 'a wake for all leaves those in a select asleep',
    faults: one(WAKING, 'shared.core.wakeAll(GET)\n  wakeSelectors(shared)', 'shared.core.wakeAll(GET)'),
    expected: 'explored',
    scenes: ['select, drained'],
  },
  {
    name: 'an asynchronous wait takes an epoch that has moved for an armed wake',
    faults: one(PENDING, 'if (!wait.async) return false', 'if (!wait.async) return true'),
    expected: 'copied',
    tests: BOUNDED,
  },
  {
    name: 'pending calls that are settled stay counted as waiters',
    faults: one(
      PENDING,
      'this.#shared.core.leaveWait(this.#ledger, this.#entered, asyncBit(this.#entered), ASYNC_WAITER)\n',
    ),
    expected: 'copied',
    tests: BOUNDED,
  },
  {
    name: 'a call that is given up leaves those behind it unserved',
    faults: one(PENDING, 'this.#abandon(one, error)\n    this.serve()', 'this.#abandon(one, error)'),
    expected: 'copied',
    tests: BOUNDED,
  },
  {
    name: 'whoever moves the lot only notifies',
    faults: one(LOT, 'Atomics.add(this.#words, EPOCH, 1)\n'),
    expected: 'copied',
    tests: ['wait/parking-lot.test.ts'],
  },
]

const queue: Mutant[] = [
  {
    name: 'a taker leaves the end while another thread holds an item',
    faults: one(END, 'if (holders === SOMEBODY) return false', 'if (holders === SOMEBODY) return true'),
    expected: 'explored',
    scenes: ['shutdown', 'a holder dies at the end'],
  },
  {
    name: 'those who wait at the end for each other are not released',
    faults: one(END, 'shared.core.nextRound()'),
    expected: 'explored',
    scenes: ['two holders that stay'],
  },
  {
    name: 'the last to finish does not tell those at the end',
    faults: one(END, 'if (isShutDown(shared)) wakeAllTakers(shared)'),
    expected: 'explored',
    scenes: ['shutdown'],
  },
  {
    name: 'holders are counted in one reading',
    faults: one(END, 'if (first.some((count, index) => count !== second[index])) continue'),
    expected: 'copied',
    tests: ['core/refusals.test.ts'],
  },
  {
    name: 'ledgers of the living are recovered',
    faults: one(RECOVERY, '(former === 0 && owner === thread)', 'former === 0'),
    expected: 'explored',
    scenes: ['a sleeper dies'],
  },
  {
    name: 'a ledger whose executor died is left to it',
    faults: one(
      RECOVERY,
      '(former === thread || (former === 0 && owner === thread))',
      '(former === 0 && owner === thread)',
    ),
    expected: 'explored',
    scenes: ['an executor dies'],
  },
  {
    name: 'a ledger that was wound up is not released',
    faults: one(RECOVERY, 'core.release(ledger, thread, recoverer)'),
    expected: 'explored',
    scenes: ['a registrant dies', 'a producer is retired'],
  },
  {
    name: 'what a dead thread held is left to it',
    faults: one(RECOVERY, 'untilDone(() => core.requeue(ledger, entry, ofHeld))'),
    expected: 'explored',
    scenes: ['a sleeper dies', 'a holder dies at the end'],
  },
  {
    name: 'what a dead thread had reserved is not free again',
    faults: one(RECOVERY, 'core.unreserve(ledger)'),
    expected: 'explored',
    scenes: ['blocks, a producer dies'],
  },
  {
    name: 'the blocks of the staged cell of a dead thread are not freed',
    faults: one(
      RECOVERY,
      'for (let index = 0; index < entriesOf(geometry); index++) freeBlocks',
      'for (let index = 1; index < entriesOf(geometry); index++) freeBlocks',
    ),
    expected: 'explored',
    scenes: ['blocks, a producer dies'],
  },
  {
    name: 'a dead thread is still counted at the end',
    faults: one(RECOVERY, 'core.leaveWait(ledger, JOIN, END_BIT, BLOCKED_WAITER)'),
    expected: 'explored',
    scenes: ['a holder dies at the end'],
  },
  {
    name: 'a dead thread is still counted in its select',
    faults: one(RECOVERY, 'leaveSelect(shared, ledger)'),
    expected: 'explored',
    scenes: ['a selector dies'],
  },
  {
    name: 'nobody is woken after a recovery',
    faults: one(
      RECOVERY,
      'core.release(ledger, thread, recoverer)\n  wakeEveryone(shared)',
      'core.release(ledger, thread, recoverer)',
    ),
    expected: 'explored',
    scenes: ['a sleeper dies'],
  },
  {
    name: 'who discards the last item does not release the joins',
    faults: one(RECOVERY, 'if (discarded > 0 && unfinished(shared) === 0) core.wakeAll(JOIN)'),
    expected: 'explored',
    scenes: ['discarded', 'discarded retries'],
  },
  {
    name: 'a thread is recovered when it is asked to stop, before its exit',
    faults: one(WATCH, 'stopping.add(thread)\n', 'stopping.add(thread)\n  died(thread)\n'),
    expected: 'copied',
    tests: ['supervisor/stop.test.ts'],
  },
  {
    name: 'the death of a thread is not recovered where the queue is attached',
    faults: one(DEATHS, 'for (const { shared } of attached.values()) recoverIn(shared, thread)'),
    expected: 'copied',
    tests: ['kill/kills.test.ts'],
  },
  {
    name: 'a delivery can be settled twice',
    faults: one(LEASE, 'if (this.#state === SETTLED || ', 'if ('),
    expected: 'copied',
    tests: ['queue/take.test.ts'],
  },
  {
    name: 'a delivery is settled after its thread has detached',
    faults: one(LEASE, ' || this.#attachment.isDetached) throw', ') throw'),
    expected: 'copied',
    tests: ['queue/take.test.ts', 'queue/attach.test.ts'],
  },
  {
    name: 'taskDone finishes the newest',
    faults: one(
      ENTRIES_IN_ORDER,
      'const entry = this.#entry\n    this.#size -= count',
      'const entry = this.#entry + (this.#count - count) * ENTRY_BYTES\n    this.#size -= count',
    ),
    expected: 'copied',
    tests: ['queue/completion.test.ts'],
  },
  {
    name: 'a settled delivery still counts as one to be settled',
    faults: one(LEASE, 'if (this.#open !== undefined) this.#open.count--'),
    expected: 'copied',
    tests: ['queue/iterators.test.ts'],
  },
  {
    name: 'pending gets do not expect what is delayed',
    faults: one(TAKES, 'this.#dueTimer = setTimeout(() => this.#pending.serve(), left).unref()'),
    expected: 'copied',
    tests: ['queue/delayed.test.ts'],
  },
  {
    name: 'dead letters that waited for room are not moved when there is some',
    faults: one(
      ATTACHMENT,
      'if (!letters.hasRoomForLetter) letters.onRoom(again)',
      'if (!letters.hasRoomForLetter) return',
    ),
    expected: 'copied',
    tests: ['queue/dead-letters.test.ts'],
  },
  {
    name: 'a thread that is asked to stop waits on',
    faults: one(
      ATTACHMENT,
      'if (supervisor?.stopRequested) throw',
      'if (supervisor?.stopRequested && supervisor === undefined) throw',
    ),
    expected: 'copied',
    tests: ['supervisor/stop.test.ts'],
  },
]

export const MUTANTS: readonly Mutant[] = [...core, ...wait, ...queue, ...BATCH_MUTANTS]
