import type { Fault } from './steppable.ts'

export interface Faulty {
  readonly faults: readonly Fault[]
  /** The scenario that shows it. */
  readonly scenario: string
  readonly finding: RegExp
  /** Runs in which it must be found. */
  readonly runs?: number
}

const GRANTS = 'core/limits/grants.ts'
const KEYS = 'core/limits/keys.ts'
const MEMORY = 'core/limit-memory.ts'
const TURN = 'limits/turn.ts'
const LINE = 'limits/line.ts'
const LIMITER = 'limits/limiter.ts'
const ATTACHMENT = 'limits/attachment.ts'
const TABLE = 'limits/key-table.ts'

const MORE = /granted from/
const LOOK = /is to look at/
const EARLY = /is granted before/
const OVER = /is passed over at/
const STUCK = /for ever|does not end|is to look at/

function one(file: string, find: string, replace: string, scenario: string, finding: RegExp): Faulty {
  return { faults: [{ file, find, replace }], scenario, finding }
}

export const FAULTY: Readonly<Record<string, Faulty>> = {
  // Grants.
  'the credit is not bounded': one(
    GRANTS,
    'now - (credit < step ? credit : step - 1)',
    'now - credit',
    'many waits of a thread that is late',
    MORE,
  ),
  'what was granted is paid off by now': one(
    GRANTS,
    '(arrival > from ? arrival : from) + weight * step',
    'from + weight * step',
    'waits that are late',
    MORE,
  ),
  'each grant counts as one': one(
    GRANTS,
    '(arrival > from ? arrival : from) + weight * step',
    '(arrival > from ? arrival : from) + step',
    'heavy and light',
    MORE,
  ),
  'a grant is due a step early': {
    faults: [
      {
        file: GRANTS,
        find: '(weight - peekFloat(key + BURST)) *',
        replace: '(weight - peekFloat(key + BURST) - 1) *',
      },
      { file: MEMORY, find: '(weight - (floats', replace: '(weight - 1 - (floats' },
    ],
    scenario: 'waits that are late',
    finding: /granted from|is passed over at/,
  },
  'the line does not look whether it is due': one(
    GRANTS,
    'else if (now < dueAt(key, weight)) answer = NOT_DUE',
    'else if (now < 0) answer = NOT_DUE',
    'one grant each',
    MORE,
  ),
  'a penalty is forgotten': one(
    GRANTS,
    'if (isThere && peekFloat(key + NOT_BEFORE) < until)',
    'if (isThere)',
    'penalties',
    /a penalty until|is to look at/,
  ),
  'a penalty does not wait for the lock': one(
    LIMITER,
    'if (untilDone(() => core.penalize(at, ...hash, until)) === DONE) return',
    'if (core.penalize(at, ...hash, until) === DONE) return',
    'penalties',
    /does not end/,
  ),
  'a place more': one(
    GRANTS,
    'peek(key + USED) >= peek',
    'peek(key + USED) > peek',
    'one place',
    /places of 1/,
  ),
  'a place is not counted as given back': one(
    GRANTS,
    'poke(key + USED, used - 1)',
    'poke(key + USED, used)',
    'one place',
    /counts 1 places/,
  ),
  'the lock is kept after a refusal': one(
    GRANTS,
    '  store(LOCK, 0)\n  return places > 0 ? DONE : REFUSES',
    '  if (places > 0) store(LOCK, 0)\n  return places > 1 ? DONE : REFUSES',
    'one place',
    /for ever|is to look at|cannot be given back/,
  ),
  'a call that found the lock taken waits to be woken': one(
    ATTACHMENT,
    'if (answer === BUSY) {',
    'if (answer === 99) {',
    'one that comes as another is granted',
    STUCK,
  ),
  // Turns.
  'a ticket is compared as it is': {
    faults: [
      { file: MEMORY, find: '((other - ticket) | 0) > 0', replace: 'other > ticket' },
      { file: MEMORY, find: '((other - least) | 0) > 0', replace: 'other > least' },
    ],
    scenario: 'tickets that pass 2^31',
    finding: /is granted before|is to look|does not end|for ever/,
  },
  'a ticket is compared without its sign': {
    faults: [
      { file: MEMORY, find: '((other - ticket) | 0) > 0', replace: 'other >>> 0 > ticket >>> 0' },
      { file: MEMORY, find: '((other - least) | 0) > 0', replace: 'other >>> 0 > least >>> 0' },
    ],
    scenario: 'tickets that pass 2^32',
    finding: /is granted before|is to look|does not end|for ever/,
  },
  'a ticket is 0': one(
    GRANTS,
    'return ticket !== 0 ? ticket : (add(TICKETS, 2) + 2) | 0',
    'return ticket',
    'tickets that pass 2^32',
    /ticket 0/,
  ),
  'a ticket grows beyond 32 bits': {
    faults: [
      {
        file: GRANTS,
        find: 'const ticket = (add(TICKETS, 2) + 2) | 0',
        replace: 'const ticket = add(TICKETS, 2) + 2',
      },
    ],
    scenario: 'tickets that pass 2^31',
    finding: LOOK,
  },
  'a waiter looks at those behind it too': one(
    MEMORY,
    'if (ticket !== 0 && ((other - ticket) | 0) > 0) continue',
    '',
    'one grant each',
    /is to look|is passed over|does not end/,
  ),
  'those that were passed over are first': one(
    MEMORY,
    'if (other === 0 || (other & PASSED) !== 0) continue',
    'if (other === 0) continue',
    'stalled threads',
    /does not end|is to look/,
  ),
  'a try does not look at the line': one(
    TURN,
    'memory.waitersOf(key) > 0 ? memory.firstInLine(key, ledger).first : -1',
    '-1',
    'tries while others wait',
    EARLY,
  ),
  'a call does not wait behind those of its thread': one(
    TURN,
    'if (attachment.lines.get(key)?.isReady) return NOT_DUE',
    '',
    'tries while others wait',
    /before an older one/,
  ),
  'a waiter does not look at the line': one(
    TURN,
    'if (first >= 0) {',
    'if (first >= 99) {',
    'one grant each',
    EARLY,
  ),
  'one that was passed over stays so': one(
    TURN,
    'if (memory.ticketOf(ledger, key) !== ticket)',
    'if ((memory.ticketOf(ledger, key) & ~1) !== ticket)',
    'one that stalls, and runs again',
    /still passed over/,
  ),
  'nobody is passed over': one(
    TURN,
    'if (now < lateAt) return lateAt + (before - 1) * PATIENCE',
    'return Math.max(lateAt, now + PATIENCE) + (before - 1) * PATIENCE',
    'stalled threads',
    STUCK,
  ),
  'nobody has patience': one(TURN, 'const PATIENCE = 5e6', 'const PATIENCE = 1', 'stalled threads', OVER),
  'the line has no patience': {
    faults: [
      { file: GRANTS, find: 'now >= (due > changed ? due : changed) + patience', replace: 'now >= due' },
      {
        file: TURN,
        find: 'const lateAt = memory.turnOf(first, key) + PATIENCE',
        replace: 'const lateAt = now',
      },
    ],
    scenario: 'one grant each',
    finding: /is passed over at|does not end/,
  },
  'one that waits no longer is passed over': one(
    GRANTS,
    '    ticket !== 0 &&\n    (ticket & PASSED) === 0 &&\n',
    '',
    'penalties',
    /waiters|passed over/,
  ),
  'a place that comes back does not move the turn': one(
    GRANTS,
    'if (used === peek(key + CONCURRENCY)) pokeFloat(key + CHANGED, now)',
    '',
    'two threads and a place, held for long',
    OVER,
  ),
  'one that comes does not begin its turn': one(
    GRANTS,
    'if (isFirst !== 0) pokeFloat(key + CHANGED, now)',
    '',
    'a heavy one that lapses before one that is stalled',
    OVER,
  ),
  'one that comes behind others moves the turn': one(
    GRANTS,
    'if (isFirst !== 0) pokeFloat(key + CHANGED, now)',
    'pokeFloat(key + CHANGED, now)',
    'waits that lapse behind one that is stalled',
    LOOK,
  ),
  'one that is passed over does not move the turn': one(
    GRANTS,
    '    store(cell + TICKET, ticket | PASSED)\n    pokeFloat(key + CHANGED, now)',
    '    store(cell + TICKET, ticket | PASSED)',
    'stalled threads',
    OVER,
  ),
  // Calls and sleeps.
  'nobody is called when a place comes back': one(
    LIMITER,
    'if (answer === DONE && memory.waitersOf(key) > 0) attachment.callAll(key)',
    '',
    'one place',
    STUCK,
  ),
  'only the first is called when a place comes back': one(
    LIMITER,
    'if (answer === DONE && memory.waitersOf(key) > 0) attachment.callAll(key)',
    'attachment.callFirst(key, -1)',
    'two places, and threads that stall',
    LOOK,
  ),
  'nobody is called after a grant': one(
    LINE,
    "if (left === 'granted') attachment.callFirst(this.#key, attachment.ledger, ticket)",
    "if (left === 'granted') void ticket",
    'one grant each',
    LOOK,
  ),
  'only the first is called when one has left': one(
    LINE,
    'else attachment.callAll(this.#key, attachment.ledger)',
    'else attachment.callFirst(this.#key, attachment.ledger, ticket)',
    'a heavy one that lapses before one that is stalled',
    LOOK,
  ),
  'nobody is called after a death': one(
    ATTACHMENT,
    'if (memory.waitersOf(key) > 0) this.callAll(key)',
    'void key',
    'deaths of holders',
    STUCK,
  ),
  'a sleeper is called after its wake': one(
    MEMORY,
    '    Atomics.store(this.words, (this.cellAt(ledger, key) + CALLED) >> 2, 1)\n    this.core.wakeLimits(this.ledgerAt(ledger))',
    '    this.core.wakeLimits(this.ledgerAt(ledger))\n    Atomics.store(this.words, (this.cellAt(ledger, key) + CALLED) >> 2, 1)',
    'one place',
    STUCK,
  ),
  'a wake does not move the word': one(
    KEYS,
    '  add(ledger + WAKE, 1)\n  notify(ledger + WAKE, -1)\n  add(ledger + ASYNC_WAKE, 1)\n',
    '  notify(ledger + WAKE, -1)\n',
    'one place',
    STUCK,
  ),
  'blocked threads are not notified': one(KEYS, '  notify(ledger + WAKE, -1)\n', '', 'one place', STUCK),
  'a blocked thread reads the epoch after its look': one(
    LIMITER,
    'Atomics.wait(memory.words, index, epoch, ms)',
    'Atomics.wait(memory.words, index, epoch === -1 ? 0 : Atomics.load(memory.words, index), ms)',
    'one place',
    STUCK,
  ),
  'a thread reads the epoch after its look': one(
    ATTACHMENT,
    'const wait = waitAsync(this.memory.words, index, epoch)',
    'const wait = waitAsync(this.memory.words, index, epoch === -1 ? 0 : Atomics.load(this.memory.words, index))',
    'one place',
    STUCK,
  ),
  'a waiter that left stays in line': one(
    LINE,
    "if (left !== 'none') {",
    "if (left !== 'none' && first !== undefined) {",
    'one grant each',
    STUCK,
  ),
  // Deaths.
  'a dead thread keeps its places': one(
    KEYS,
    'poke(key + USED, peek(key + USED) - places)',
    'poke(key + USED, peek(key + USED))',
    'deaths of holders',
    /counts 1 places/,
  ),
  'a dead thread keeps its turn': one(
    KEYS,
    'if (waits) poke(key + WAITERS, peek(key + WAITERS) - 1)',
    '',
    'deaths of waiters',
    /waiters of/,
  ),
  'two recoverers give up a ledger twice': one(
    KEYS,
    'const isOwner = load(ledger + OWNER) === thread',
    'const isOwner = thread !== 0',
    'a ledger that is claimed while a second one recovers it',
    /cannot be given back/,
  ),
  'a ledger is freed before its cells are given up': one(
    ATTACHMENT,
    '    const at = memory.ledgerAt(ledger)\n    for (let key = memory.fresh',
    '    const at = memory.ledgerAt(ledger)\n    memory.core.freeLimits(at, thread)\n    for (let key = memory.fresh',
    'deaths of holders',
    STUCK,
  ),
  'a ledger of the dead is not freed': one(
    ATTACHMENT,
    '    memory.core.freeLimits(at, thread)\n',
    '',
    'deaths of holders',
    /was not freed/,
  ),
  'only the first key of a dead thread is given up': one(
    ATTACHMENT,
    'for (let key = memory.fresh - 1; key >= 0; key--) {\n      const cell',
    'for (let key = 0; key >= 0; key--) {\n      const cell',
    'two recoverers at once, of several keys',
    STUCK,
  ),
  // The table of keys.
  'a key is added without a look at the version': one(
    KEYS,
    'if (load(VERSION) === version) {\n    const free',
    'if (version !== -7) {\n    const free',
    'keys that are added by two at once',
    /in the table twice/,
  ),
  'a key is evicted without a look at the version': {
    ...one(
      KEYS,
      'if (load(VERSION) === version) {\n    const isIdle',
      'if (version !== -7) {\n    const isIdle',
      'keys of one chain that two evict',
      /chain|in use|free/,
    ),
    runs: 30_000,
  },
  'a key that is added does not move the version': one(
    KEYS,
    '      store(VERSION, version + 1)\n      answer = DONE',
    '      answer = DONE',
    'keys that are added by two at once',
    /in the table twice/,
  ),
  'a key is added in place of its chain': one(
    KEYS,
    'poke(key + NEXT, peek(bucket))',
    'poke(key + NEXT, 0)',
    'keys that are added by two at once',
    /keys in use of|in the table twice/,
  ),
  'a key is evicted during its penalty': {
    faults: [
      { file: KEYS, find: ' &&\n      peekFloat(key + NOT_BEFORE) <= now', replace: '' },
      { file: MEMORY, find: ' &&\n      this.#float(at + NOT_BEFORE) <= now', replace: '' },
    ],
    scenario: 'a penalty of a key that is not wanted',
    finding: /a penalty until/,
  },
  'a key with waiters is evicted': {
    ...one(
      KEYS,
      '      peek(key + WAITERS) === 0 &&\n',
      '',
      'a key that is waited for as it is evicted',
      /for ever|waiters of/,
    ),
    runs: 12_000,
  },
  'a key with places is evicted': one(
    KEYS,
    '      peek(key + USED) === 0 &&\n',
    '',
    'a key that is taken as it is evicted',
    /counts 0 places/,
  ),
  'a grant does not look for the key': one(
    GRANTS,
    'if (!isKey(key, hash0, hash1, hash2, hash3)) answer = GONE\n  else if (now',
    'if (now',
    'keys that are evicted while they are wanted',
    /which is not there/,
  ),
  'a search does not look at the version': one(
    TABLE,
    'if (key >= 0 || memory.version === version) return { key, version }',
    'return { key, version }',
    'a key behind one that is evicted',
    /find answers/,
  ),
  'keys are told apart by three words': {
    faults: [
      { file: MEMORY, find: '      words[at + 3] === hash[3] &&\n', replace: '' },
      { file: GRANTS, find: ' &&\n    load(key + HASH + 12) === hash3', replace: '' },
    ],
    scenario: 'keys that are evicted and added anew',
    finding: /find answers|in the table twice|which is not there/,
  },
}
