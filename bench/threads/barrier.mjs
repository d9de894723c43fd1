const ARRIVED = 0
const ROUND = 1

/** Words: threads arrived, rounds begun; then, as one 64-bit word, when the last round began, by process.hrtime. */
export function barrierOf(memory, parties) {
  const words = new Int32Array(memory)
  const times = new BigInt64Array(memory)
  return function arrive() {
    const round = Atomics.load(words, ROUND)
    if (Atomics.add(words, ARRIVED, 1) < parties - 1) {
      Atomics.wait(words, ROUND, round)
      return
    }
    Atomics.store(words, ARRIVED, 0)
    times[1] = process.hrtime.bigint()
    Atomics.store(words, ROUND, round + 1)
    Atomics.notify(words, ROUND)
  }
}
