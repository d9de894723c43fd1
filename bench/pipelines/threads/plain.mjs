/** A bare Worker: runs the loops of many items, one after the other, for one message. */
import { parentPort } from 'node:worker_threads'
import { spin } from './task.mjs'

const CALIBRATIONS = 400
const CALIBRATION_MS = 0.5

/** Turns in a microsecond: those of the trial that other work has disturbed least. */
function turnsPerMicrosecond() {
  let turns = 1000
  let best = 0
  for (let trial = 0; trial < CALIBRATIONS; ) {
    const from = performance.now()
    spin(turns)
    const ms = performance.now() - from
    if (ms < CALIBRATION_MS) turns *= 2
    else {
      best = Math.max(best, turns / (1000 * ms))
      trial++
    }
  }
  return best
}

parentPort.on('message', (turnsOfItems) => {
  if (turnsOfItems === undefined) parentPort.postMessage(turnsPerMicrosecond())
  else {
    for (const turns of turnsOfItems) spin(turns)
    parentPort.postMessage(turnsOfItems.length)
  }
})
