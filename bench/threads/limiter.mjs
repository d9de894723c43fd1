import { parentPort, workerData } from 'node:worker_threads'
import { attach } from '../../dist/src/index.js'

const { handle, expected } = workerData
const limiter = attach(handle)
const BATCH = 1000

parentPort.on('message', ({ ms, go }) => {
  // Both threads begin together.
  Atomics.add(go, 0, 1)
  const deadline = performance.now() + 10_000
  while (Atomics.load(go, 0) < 2 && performance.now() < deadline);
  let calls = 0
  let right = 0
  const since = performance.now()
  let now = since
  while (now < since + ms) {
    for (let call = 0; call < BATCH; call++) if (limiter.tryAcquire() === expected) right++
    calls += BATCH
    now = performance.now()
  }
  const failure = right === calls ? undefined : `${calls - right} calls answered what they should not`
  parentPort.postMessage({ ns: ((now - since) * 1e6) / calls, failure })
})
parentPort.postMessage('ready')
