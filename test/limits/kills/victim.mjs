import { threadId, workerData } from 'node:worker_threads'
import { attach } from '../../../dist/src/index.js'
import { Attachment } from '../../../dist/src/limits/attachment.js'

/**
 * Works on a limiter in its role until it is killed, or ends itself after so many steps. `words`: its steps,
 * those of the survivor, the grants in the log. `log`: the times of the grants of one key, by all threads.
 */
const { handle, role, way, after, words, log, isSurvivor } = workerData
const DONE = 1
const KEYS = ['k0', 'k1', 'k2']

const { grant } = Attachment.prototype
let hot = -1
Attachment.prototype.grant = function (key, hash, weight, now, ...rest) {
  const answer = grant.call(this, key, hash, weight, now, ...rest)
  if (answer === DONE && key === hot) log[Atomics.add(words, 2, 1) % log.length] = now
  return answer
}

const limiter = attach(handle)
// The bound is judged at this key.
hot = limiter[Symbol.for('millrace.limiter')].table.find('hot').key

let steps = 0
function step() {
  steps++
  Atomics.add(words, isSurvivor ? 1 : 0, 1)
  Atomics.notify(words, 0)
  if (way === 'exit' && steps >= after) process.exit(0)
}

/** Another key has no room now and then. */
function tryKey(key) {
  try {
    return limiter.tryAcquire(key)
  } catch (error) {
    if (error.code !== 'ERR_TOO_MANY_KEYS') throw error
    return false
  }
}

/** As acquire, also while other keys leave no room. */
async function acquired(key) {
  for (;;) {
    try {
      return steps % 2 === 0 ? await limiter.acquire(key) : limiter.acquireSync(key)
    } catch (error) {
      if (error.code !== 'ERR_TOO_MANY_KEYS') throw error
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
}

const roles = {
  hold() {
    const permits = []
    for (;;) {
      permits.push(limiter.acquireSync(KEYS[steps % 3]))
      if (permits.length > 2) permits.shift().release()
      step()
    }
  },
  sync() {
    for (;;) {
      limiter.acquireSync('busy').release()
      step()
    }
  },
  async() {
    const loop = async () => {
      for (;;) {
        const permit = await limiter.acquire(KEYS[steps % 3])
        step()
        permit.release()
      }
    }
    return Promise.all([loop(), loop(), loop(), loop()])
  },
  try() {
    for (;;) {
      const permit = limiter.tryAcquire('hot')
      if (permit) permit.release()
      step()
    }
  },
  keys() {
    const kept = []
    for (;;) {
      const permit = tryKey(`${threadId} ${steps % 50}`)
      if (permit) kept.push(permit)
      if (kept.length > 5) kept.shift().release()
      step()
    }
  },
  /** Does a little of everything. It keeps a place of 'hot', which is therefore not evicted. */
  async survive() {
    await limiter.acquire('hot')
    for (;;) {
      for (const key of [...KEYS, 'busy', 'hot']) {
        const permit = await acquired(key)
        permit.release()
        step()
      }
      const permit = tryKey(`survivor ${steps}`)
      if (permit) permit.release()
      await new Promise((resolve) => setImmediate(resolve))
    }
  },
}

await roles[role]()
