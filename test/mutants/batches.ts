import { type Mutant, one } from './mutant.ts'

/** Faults in the operations on several items, and in what becomes of items that were fetched ahead. */

const BATCH = 'core/operations/batch.ts'
const FETCH = 'core/operations/fetch.ts'
const LEDGER = 'core/operations/ledger.ts'
const REVOKE = 'queue/recovery/revoke.ts'
const RECOVERY = 'queue/recovery/reclaim.ts'
const BLOCKING = 'wait/blocking.ts'
const HELD_ITEMS = 'queue/attachment/held-items.ts'

const EXCHANGE_TAIL = 'if (cas(TAIL, tail, tail + n * POSITION) !== tail) return BUSY\n'
const EXCHANGE_HEAD = 'if (cas(HEAD, head, head + n * POSITION) !== head) {'
const COUNT_TAKEN = 'poke(ledger + TAKEN, peek(ledger + TAKEN) + n)\n'
const PUBLISHES = '  store(slotAt(tail), fullMark(tail))\n'
const FREES = '  store(slotAt(head), emptiedMark(head))\n'
const SAYS_FETCHING = 'if (fetches) store(ledger + AHEAD, FETCHING)\n'
const FETCHED_AHEAD = ['queue/fetched-and-revoked.test.ts', 'queue/fetch-ahead.test.ts'] as const
const REFUSALS = ['core/refusals.test.ts'] as const

const puts: Mutant[] = [
  {
    name: 'a batch is put of which only the first slot is looked at',
    faults: one(
      BATCH,
      'if (count < 2 || isFree(tail + POSITION, entry + ENTRY_BYTES) === 0) return 1',
      'if (count < 2) return 1',
    ),
    expected: 'explored',
    scenes: ['batches, 4 items'],
  },
  {
    name: 'a batch is put without a look at the room within maxsize',
    faults: one(BATCH, 'if (hasRoom(at) === 0) return 0', ''),
    expected: 'explored',
    scenes: ['batches, maxsize 3'],
  },
  {
    name: 'a batch ignores what came back',
    faults: one(BATCH, 'if (load(RETURNS) !== 0) {', 'if (load(RETURNS) < 0) {'),
    expected: 'copied',
    tests: REFUSALS,
  },
  {
    name: 'a batch stores the tail instead of exchanging it',
    faults: one(BATCH, EXCHANGE_TAIL, 'store(TAIL, tail + n * POSITION)\n'),
    expected: 'explored',
    scenes: ['batches, 2P1C'],
  },
  {
    name: 'a batch moves the tail by one',
    faults: one(BATCH, EXCHANGE_TAIL, EXCHANGE_TAIL.replace('n * POSITION', 'POSITION')),
    expected: 'explored',
    scenes: ['batches'],
  },
  {
    name: 'a batch is published before its cells stand in the slots',
    faults: [
      { file: BATCH, find: `${PUBLISHES}  return`, replace: '  return' },
      {
        file: BATCH,
        find: '  fill(slotAt(tail), entry)\n',
        replace: `${PUBLISHES}  fill(slotAt(tail), entry)\n`,
      },
    ],
    expected: 'explored',
    scenes: ['batches'],
  },
  {
    name: 'the last item of a batch is not published',
    faults: one(BATCH, 'if (n > 1) markFull(tail + POSITION)\n'),
    expected: 'explored',
    scenes: ['batches'],
  },
  {
    name: 'a batch of puts counts as one',
    faults: one(
      BATCH,
      'poke(ledger + STORED, peek(ledger + STORED) + n)',
      'poke(ledger + STORED, peek(ledger + STORED) + 1)',
    ),
    expected: 'explored',
    scenes: ['batches'],
  },
  {
    name: 'a batch is put into a queue that is shut down',
    faults: one(BATCH, 'if ((tail & SHUT) !== 0) return CLOSED\n'),
    expected: 'explored',
    scenes: ['batches, shutdown'],
  },
  {
    name: 'a batch of puts wakes no taker',
    faults: one(BATCH, 'return (n << 1) | needsWake(GET)', 'return n << 1'),
    expected: 'explored',
    scenes: ['batches'],
  },
  {
    name: 'a batch is put in a loop',
    faults: one(
      BATCH,
      EXCHANGE_TAIL,
      `${EXCHANGE_TAIL}  for (let turn: i32 = 0; turn < 2000; turn++) load(TAIL)\n`,
    ),
    expected: 'compiled',
  },
]

const takes: Mutant[] = [
  {
    name: 'a batch is taken of which only the first slot is looked at',
    faults: one(
      BATCH,
      'if (count < 2 || isFull(head + POSITION, entry + ENTRY_BYTES) === 0) return 1',
      'if (count < 2) return 1',
    ),
    expected: 'explored',
    scenes: ['batches'],
  },
  {
    name: 'a batch stores the head instead of exchanging it',
    faults: one(BATCH, EXCHANGE_HEAD, 'store(HEAD, head + n * POSITION)\n  if (n === 0) {'),
    expected: 'explored',
    scenes: ['batches, 1P2C'],
  },
  {
    name: 'a batch of slots is freed before their cells were taken out',
    faults: [
      { file: BATCH, find: `${FREES}  return`, replace: '  return' },
      { file: BATCH, find: '  move(head, entry, HELD)\n', replace: `${FREES}  move(head, entry, HELD)\n` },
    ],
    expected: 'explored',
    scenes: ['batches'],
  },
  {
    name: 'a batch of takes counts as one',
    faults: one(BATCH, COUNT_TAKEN, COUNT_TAKEN.replace('+ n)', '+ 1)')),
    expected: 'explored',
    scenes: ['batches'],
  },
  {
    name: 'a batch is taken before what came back',
    faults: one(BATCH, ' || load(RETURNED) !== 0) return SINGLY', ') return SINGLY'),
    expected: 'copied',
    tests: REFUSALS,
  },
  {
    name: 'a batch is taken after an immediate shutdown',
    faults: one(BATCH, 'if ((head & SHUT) !== 0 || load(RETURNED)', 'if (load(RETURNED)'),
    expected: 'explored',
    scenes: ['fetched, discarded'],
  },
  {
    name: 'a batch of takes wakes no putter',
    faults: one(BATCH, 'return (n << 1) | putNeedsWake()', 'return n << 1'),
    expected: 'explored',
    scenes: ['batches'],
  },
  {
    name: 'a fetch says that it is under way after its exchange',
    faults: [
      { file: BATCH, find: SAYS_FETCHING, replace: '' },
      {
        file: BATCH,
        find: '  const state = fetches ? FETCHED : HELD\n',
        replace: `  ${SAYS_FETCHING}  const state = fetches ? FETCHED : HELD\n`,
      },
    ],
    expected: 'explored',
    scenes: ['fetched, busy'],
  },
  {
    name: 'a fetch looks done while it is under way',
    faults: one(BATCH, SAYS_FETCHING, SAYS_FETCHING.replace('FETCHING', '1')),
    expected: 'explored',
    scenes: ['fetched, busy'],
  },
  {
    name: 'a fetch that met another take stays under way',
    faults: one(BATCH, '    if (fetches) store(ledger + AHEAD, 0)\n'),
    expected: 'explored',
    scenes: ['fetched'],
  },
  {
    name: 'a fetch that is done does not say so',
    faults: one(BATCH, '  if (fetches) store(ledger + AHEAD, ahead)\n'),
    expected: 'explored',
    scenes: ['fetched, busy'],
  },
  {
    name: 'what is fetched ahead is marked as held',
    faults: one(BATCH, 'const state = fetches ? FETCHED : HELD', 'const state = HELD'),
    expected: 'explored',
    scenes: ['fetched'],
  },
  {
    name: 'the first of the fetched items is marked as the others are',
    faults: one(BATCH, 'move(head, entry, HELD)', 'move(head, entry, state)'),
    expected: 'explored',
    scenes: ['fetched'],
  },
  {
    name: 'several items are finished of which one is not held',
    faults: one(BATCH, 'if (all === 0) return STALE\n'),
    expected: 'copied',
    tests: REFUSALS,
  },
  {
    name: 'a batch that is finished counts as one',
    faults: one(
      BATCH,
      'store(ledger + FINISHED, load(ledger + FINISHED) + count)',
      'store(ledger + FINISHED, load(ledger + FINISHED) + 1)',
    ),
    expected: 'explored',
    scenes: ['batches, join'],
  },
  {
    name: 'who finishes several looks for joins before it counts',
    faults: [
      {
        file: BATCH,
        find: '  // Before the load of WAITERS, as in finish.\n',
        replace: '  const watched = load(JOIN + WAITERS)\n',
      },
      {
        file: BATCH,
        find: '+ count)\n  return load(JOIN + WAITERS) !== 0 ? 1 : 0',
        replace: '+ count)\n  return watched !== 0 ? 1 : 0',
      },
    ],
    expected: 'explored',
    scenes: ['batches, join'],
  },
]

const fetched: Mutant[] = [
  {
    name: 'a fetched item is begun without an exchange',
    faults: one(
      FETCH,
      'const state = cas(entry + ENTRY_STATE, FETCHED, HELD)\n',
      'const state = load(entry + ENTRY_STATE)\n  if (state === FETCHED) store(entry + ENTRY_STATE, HELD)\n',
    ),
    expected: 'explored',
    scenes: ['fetched, 2 ahead'],
  },
  {
    name: 'the next item is begun without an exchange',
    faults: one(
      FETCH,
      'const state = cas(next + ENTRY_STATE, FETCHED, HELD)\n',
      'const state = load(next + ENTRY_STATE)\n  if (state === FETCHED) store(next + ENTRY_STATE, HELD)\n',
    ),
    expected: 'explored',
    scenes: ['fetched, brisk, 2 ahead'],
  },
  {
    name: 'an item is not counted as finished when the next one is begun',
    faults: one(FETCH, '  poke(ledger + FINISHED, finished)\n'),
    expected: 'explored',
    scenes: ['fetched, brisk'],
  },
  {
    name: 'a join is not seen when the next item is begun',
    faults: one(FETCH, 'load(JOIN + WAITERS) !== 0 ? IS_WATCHED : 0', '0'),
    expected: 'explored',
    scenes: ['fetched, brisk'],
  },
  {
    name: 'a revoked value stays in the entry',
    faults: one(FETCH, '  keepValue(entry)\n'),
    expected: 'explored',
    scenes: ['values, revoked'],
  },
  {
    name: 'a fetched item is revoked without an exchange',
    faults: one(
      FETCH,
      'if (cas(entry + ENTRY_STATE, FETCHED, REVOKING) !== FETCHED) return STALE',
      'store(entry + ENTRY_STATE, REVOKING)',
    ),
    expected: 'explored',
    scenes: ['fetched, begun'],
  },
  {
    name: 'a fetched item is revoked without the lock',
    faults: one(FETCH, 'if (cas(LOCK, 0, 1) !== 0) return BUSY\n'),
    expected: 'explored',
    scenes: ['fetched, retries'],
  },
  {
    name: 'an entry is free before its fetched item has left it',
    faults: [
      {
        file: FETCH,
        find: '  // Last: the owner may use the entry again.\n  store(entry + ENTRY_STATE, EMPTY_ENTRY)\n',
        replace: '',
      },
      {
        file: FETCH,
        find: '  useSpare(spare)\n',
        replace: '  store(entry + ENTRY_STATE, EMPTY_ENTRY)\n  useSpare(spare)\n',
      },
    ],
    expected: 'explored',
    scenes: ['fetched, 4 items'],
  },
  {
    name: 'a revoked item leaves no spare cell in its entry',
    faults: one(FETCH, '  poke(entry, spare)\n'),
    expected: 'explored',
    scenes: ['fetched, busy'],
  },
  {
    name: 'a revoked item keeps its attempt',
    faults: one(
      FETCH,
      'poke(attempts, (peek(attempts) & COUNT) - 1)',
      'poke(attempts, peek(attempts) & COUNT)',
    ),
    expected: 'explored',
    scenes: ['fetched, busy'],
  },
  {
    name: 'a revoked item is given back before it counts as come back',
    faults: one(
      FETCH,
      'store(RETURNS, load(RETURNS) + 1)\n  store(ledger + GAVE_BACK, load(ledger + GAVE_BACK) + 1)',
      'store(ledger + GAVE_BACK, load(ledger + GAVE_BACK) + 1)\n  store(RETURNS, load(RETURNS) + 1)',
    ),
    expected: 'sampled',
    scenes: ['fetched', 'fetched, busy', 'fetched, the owner dies'],
    equivalent:
      'it is done under the lock of the returns, and a thread that counts the holders finds that lock free between two readings that agree',
  },
  {
    name: 'a revoked item does not leave the count of its owner',
    faults: one(FETCH, '  store(ledger + GAVE_BACK, load(ledger + GAVE_BACK) + 1)\n'),
    expected: 'explored',
    scenes: ['fetched, busy'],
  },
  {
    name: 'who finds nothing revokes of its own ledger only',
    faults: one(REVOKE, 'if (other !== ledger && revokeIn', 'if (other === ledger && revokeIn'),
    expected: 'explored',
    scenes: ['fetched, busy'],
  },
  {
    name: 'who finds the items of a fetch begun forgets a later one',
    faults: one(FETCH, 'cas(ledger + AHEAD, fetch, 0)', 'store(ledger + AHEAD, 0)'),
    expected: 'copied',
    tests: REFUSALS,
  },
  {
    name: 'who finds nothing does not wait for a fetch under way',
    faults: one(REVOKE, 'if (fetch !== FETCHING) return fetch', 'return fetch === FETCHING ? 0 : fetch'),
    expected: 'explored',
    scenes: ['fetched, busy'],
  },
  {
    name: 'who leaves a wait does not look for what is fetched ahead',
    faults: one(
      BLOCKING,
      'if (more || someAreAhead(shared)) wakeTakers(shared)',
      'if (more) wakeTakers(shared)',
    ),
    expected: 'explored',
    scenes: ['fetched, 2 sleep'],
  },
  {
    name: 'what a dead thread had fetched ahead is left to it',
    faults: one(
      RECOVERY,
      '    if (state === FETCHED || state === REVOKING) revokeEntry(shared, ledger, entry)\n',
    ),
    expected: 'explored',
    scenes: ['fetched, the owner dies'],
  },
  {
    name: 'a death is charged to what the thread had fetched ahead',
    faults: one(
      RECOVERY,
      'if (state === FETCHED || state === REVOKING) revokeEntry(shared, ledger, entry)\n    if (state === ASIDE) untilDone(() => core.requeue(ledger, entry, RELEASE))\n    if (state !== HELD) continue',
      'if (state === FETCHED) core.begin(entry)\n    if (state !== HELD && state !== FETCHED) continue',
    ),
    expected: 'explored',
    scenes: ['fetched, the owner dies'],
  },
  {
    name: 'a ledger is released while it is marked as fetching ahead',
    faults: one(LEDGER, '  store(ledger + AHEAD, 0)\n'),
    expected: 'explored',
    scenes: ['fetched, the owner dies'],
  },
  {
    name: 'an immediate shutdown does not discard what is fetched ahead',
    faults: one(RECOVERY, '  revokeAll(shared)\n'),
    expected: 'explored',
    scenes: ['fetched, discarded'],
  },
  {
    name: 'what is given back after an immediate shutdown is not discarded',
    faults: one(
      RECOVERY,
      '  // An immediate shutdown may have looked for them before they came back.\n  discardAll(shared, ledger)\n',
    ),
    expected: 'explored',
    scenes: ['fetched, discarded when given back'],
    tests: FETCHED_AHEAD,
  },
  {
    name: 'what is given back wakes no taker',
    faults: one(RECOVERY, '  wakeForReturned(shared)\n  // An', '  // An'),
    expected: 'explored',
    scenes: ['fetched, given back'],
  },
  {
    name: 'a put that had nothing to drop is not woken for what came back',
    faults: one(
      RECOVERY,
      'if (!shared.geometry.dropsOldest) return\n  // Puts',
      'if (shared.geometry.batch >= 0) return\n  // Puts',
    ),
    expected: 'copied',
    tests: ['queue/when-full.test.ts'],
  },
  {
    name: 'what is fetched ahead takes the room of what may be held',
    faults: one(HELD_ITEMS, 'return this.#free.size + this.#ahead.size', 'return this.#free.size'),
    expected: 'copied',
    tests: FETCHED_AHEAD,
  },
  {
    name: 'a pending get that may hold no more waits beside what is fetched ahead',
    faults: one(HELD_ITEMS, 'if (!revokeOne(this.#shared, this.#ledger)) return true\n', 'return true\n'),
    expected: 'copied',
    tests: FETCHED_AHEAD,
  },
  {
    name: 'what was fetched ahead comes before what came back',
    faults: one(
      HELD_ITEMS,
      'if (this.#words[RETURNED >> 2] !== 0) {\n      const entry = this.#takeReturned()',
      'if (this.#words[RETURNED >> 2] === -1) {\n      const entry = this.#takeReturned()',
    ),
    expected: 'copied',
    tests: FETCHED_AHEAD,
  },
  {
    name: 'what was fetched ahead comes before what is due',
    faults: one(
      HELD_ITEMS,
      '    if (this.#words[DELAYED >> 2] !== 0) this.untilDueMs()\n    if (this.#words[RETURNED >> 2] !== 0) {',
      '    if (this.#words[RETURNED >> 2] !== 0) {',
    ),
    expected: 'copied',
    tests: FETCHED_AHEAD,
  },
  {
    name: 'a next item is begun beside what came back',
    faults: one(
      HELD_ITEMS,
      'words[RETURNED >> 2] !== 0 || words[DELAYED >> 2] !== 0\n',
      'words[DELAYED >> 2] !== 0\n',
    ),
    expected: 'copied',
    tests: FETCHED_AHEAD,
  },
  {
    name: 'a next item is begun beside what is due',
    faults: one(
      HELD_ITEMS,
      'words[RETURNED >> 2] !== 0 || words[DELAYED >> 2] !== 0\n',
      'words[RETURNED >> 2] !== 0\n',
    ),
    expected: 'copied',
    tests: FETCHED_AHEAD,
  },
  {
    name: 'a consumer keeps what it has fetched ahead when it gives back',
    faults: one(
      HELD_ITEMS,
      '      revokeEntry(this.#shared, this.#ledger, entry)\n      this.#free.free(entry)',
      '      this.#free.free(entry)',
    ),
    expected: 'copied',
    tests: FETCHED_AHEAD,
  },
]

export const BATCH_MUTANTS: readonly Mutant[] = [...puts, ...takes, ...fetched]
