/**
 * The functions of random pipelines, for threads, for the main thread and for the model. A value is a text
 * that says how it was made: `17>m>f2` was the third value of a flatMap of a map of item 17.
 */

/** Words of the shared counters before those of faults. */
export const TOTAL = 0
export const OVERLAPS = 1
/** From here on: the calls under way, for each key of each stage that is ordered by key. */
export const RUNNING = 2
export const KEYS = 5
export const STAGES = 8
export const FAULTS = RUNNING + KEYS * STAGES
export const WORDS = FAULTS + 64

export class Death extends Error {}
export class Hang extends Error {}

export function hashOf(text, salt = 0) {
  let hash = 2166136261 ^ salt
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 16777619)
  return (hash ^ (hash >>> 13)) >>> 0
}

/** An array of `batch` counts as one text. */
export function textOf(value) {
  return Array.isArray(value) ? `[${value.join(' ')}]` : value
}

export function keyOf(value) {
  return hashOf(textOf(value), 3) % KEYS
}

/** The stage of a call: functions that keep the value do not deepen it. */
export function placeOf(how, value) {
  return `${how}:${textOf(value)}`
}

function depthOf(text) {
  return text.split('>').length
}

/** The result of each function for a value, faults left out. */
export const PURE = {
  map: (value) => `${textOf(value)}>m`,
  filter: (value) => hashOf(textOf(value), 7) % 4 !== 0,
  flatMap: (value) =>
    Array.from(
      { length: [1, 2, 0, 3, 1, 12][hashOf(textOf(value), 11) % 6] },
      (_, n) => `${textOf(value)}>f${n}`,
    ),
  unbatch: (value) => value,
}

/** The fault of a call, if it has one now. `after`: outputs that come before it. */
function faultOf(how, value, { faults, counters }) {
  const fault = faults.get(placeOf(how, value))
  if (fault === undefined) return undefined
  return Atomics.add(counters, FAULTS + fault.slot, 1) < fault.times ? fault : undefined
}

function commit({ kind }, how, value, ways) {
  if (kind === 'exit') ways.exit()
  else if (kind === 'hang') ways.hang()
  throw new RangeError(`fault of ${placeOf(how, value)}`)
}

function spin(text) {
  const hash = hashOf(text, 5)
  if (hash % 3 !== 0) return
  const until = performance.now() + (hash % 17 === 0 ? 2 : 0.05)
  while (performance.now() < until);
}

/** A call of a function that gives all at once. */
export function callNow(how, value, args, ways) {
  const text = textOf(value)
  const leave = enter(how, text, args)
  spin(text)
  const fault = faultOf(how, value, args)
  if (fault !== undefined) {
    leave()
    commit(fault, how, value, ways)
  }
  const output = PURE[how](value)
  leave()
  return output
}

export async function callLater(how, value, args, ways) {
  const text = textOf(value)
  const leave = enter(how, text, args)
  const hash = hashOf(text, 13)
  if (hash % 3 !== 0) await new Promise((resolve) => setTimeout(resolve, hash % 4))
  const fault = faultOf(how, value, args)
  if (fault !== undefined) {
    leave()
    commit(fault, how, value, ways)
  }
  const output = PURE[how](value)
  leave()
  return output
}

export function* streamNow(value, args, ways) {
  const text = textOf(value)
  const leave = enter('flatMap', text, args)
  const fault = faultOf('flatMap', value, args)
  let number = 0
  for (const output of PURE.flatMap(value)) {
    if (fault !== undefined && number === fault.after) break
    number++
    spin(output)
    yield output
  }
  leave()
  if (fault !== undefined) commit(fault, 'flatMap', value, ways)
}

export async function* streamLater(value, args, ways) {
  const text = textOf(value)
  const leave = enter('flatMap', text, args)
  const fault = faultOf('flatMap', value, args)
  let number = 0
  for (const output of PURE.flatMap(value)) {
    if (fault !== undefined && number === fault.after) break
    number++
    if (hashOf(output, 17) % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    yield output
  }
  leave()
  if (fault !== undefined) commit(fault, 'flatMap', value, ways)
}

/** Counts the call; notes if another of its key runs. Returns the function that ends it. */
function enter(how, text, { counters, keyed }) {
  Atomics.add(counters, TOTAL, 1)
  const stage = keyed.findIndex((each) => each.how === how && each.depth === depthOf(text))
  if (stage < 0) return () => {}
  const at = RUNNING + stage * KEYS + keyOf(text)
  if (Atomics.add(counters, at, 1) !== 0) Atomics.add(counters, OVERLAPS, 1)
  const leave = () => {
    if (underWay.delete(leave)) Atomics.sub(counters, at, 1)
  }
  underWay.add(leave)
  return leave
}

/** The ends of the calls by key that this thread has under way: they end with the thread, too. */
const underWay = new Set()

function leaveAll() {
  for (const leave of underWay) leave()
}

const REAL = {
  exit() {
    leaveAll()
    process.exit(0)
  },
  hang() {
    leaveAll()
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
}

export const map = (value, { args }) => callNow('map', value, args, REAL)
export const filter = (value, { args }) => callNow('filter', value, args, REAL)
export const flatMap = (value, { args }) => callNow('flatMap', value, args, REAL)
export const unbatch = (value) => value
export const mapLater = (value, { args }) => callLater('map', value, args, REAL)
export const filterLater = (value, { args }) => callLater('filter', value, args, REAL)
export const flatMapLater = (value, { args }) => callLater('flatMap', value, args, REAL)
export const flatMapStream = (value, { args }) => streamNow(value, args, REAL)
export const flatMapStreamLater = (value, { args }) => streamLater(value, args, REAL)

/** A source on a thread. */
export function* numbers({ count }) {
  for (let n = 0; n < count; n++) yield String(n)
}

export function setUp({ args }) {
  Atomics.add(args.counters, TOTAL, 0)
}
