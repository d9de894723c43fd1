import { describe, expect, it } from 'vitest'
import { geometryOf, layOut, ledgerAt } from '../../src/core/geometry.ts'
import { allocate } from '../../src/core/instance.ts'
import { SharedMemory } from '../../src/core/shared.ts'
import { SharedParkingLot } from '../../src/core/threads/parking-lot.ts'
import { ASYNC_WAITER, GET, PUT, WAITERS } from '../../src/core/words/offsets.ts'
import { type PendingCall, PendingCalls } from '../../src/wait/pending.ts'
import { until } from '../support/deadline.ts'

function pending() {
  const geometry = geometryOf({
    maxsize: 4,
    itemBytes: 8,
    maxItemBytes: 8,
    memoryBytes: 0,
    maxThreads: 2,
    maxInFlight: 2,
    maxDeliveries: 0,
    hasDeadLetters: false,
  })
  const memory = allocate(geometry.bytes)
  layOut(memory.buffer, geometry)
  const shared = new SharedMemory(memory, geometry, new SharedParkingLot())
  let idles = 0
  const calls = new PendingCalls(shared, ledgerAt(geometry, 0), () => {
    idles++
  })
  return { shared, calls, waiters: (side: number) => shared.load(side + WAITERS), idles: () => idles }
}

const never = { timeout: Number.POSITIVE_INFINITY, signal: undefined, lapse: () => new Error('lapsed') }

/** A call that is settled once `gate.open`, and logs that under `name`. */
function call(name: string, gate: { open: boolean }, log: string[], side = GET): PendingCall {
  return {
    attempt: () => {
      if (!gate.open) return side
      log.push(name)
      return 0
    },
    reject: (error) => log.push(`${name}: ${(error as Error).message}`),
    abandon: () => log.push(`${name} abandoned`),
  }
}

describe('pending calls', () => {
  it('are settled in call order once they are woken', async () => {
    const { calls, shared } = pending()
    const gate = { open: false }
    const log: string[] = []
    for (const name of ['a', 'b', 'c']) calls.add(call(name, gate, log), never)
    gate.open = true
    shared.core.wake(GET)
    await until(() => log.length === 3, 'all are settled')
    expect(log).toEqual(['a', 'b', 'c'])
  })

  it('count as one waiter, on the side that the first waits for, and as none once they are settled', () => {
    const { calls, waiters } = pending()
    const gates = [{ open: false }, { open: false }]
    const log: string[] = []
    calls.add(call('a', gates[0]!, log, GET), never)
    calls.add(call('b', gates[1]!, log, PUT), never)
    expect([waiters(GET), waiters(PUT)]).toEqual([ASYNC_WAITER, 0])
    gates[0]!.open = true
    expect(calls.serve()).toBe(PUT)
    expect([waiters(GET), waiters(PUT), calls.size]).toEqual([0, ASYNC_WAITER, 1])
    gates[1]!.open = true
    expect(calls.serve()).toBe(0)
    expect([waiters(GET), waiters(PUT), calls.size, ...log]).toEqual([0, 0, 0, 'a', 'b'])
  })

  it('are woken again and again, however often waits end without a wake', async () => {
    const { calls, shared } = pending()
    const log: string[] = []
    for (let round = 0; round < 200; round++) {
      const gate = { open: false }
      calls.add(call(`${round}`, gate, log), round % 2 === 0 ? never : { ...never, timeout: 0 })
      if (round % 2 === 0) {
        gate.open = true
        shared.core.wake(GET)
      }
      await until(() => calls.size === 0, `round ${round}`)
    }
    expect(log.filter((line) => line.endsWith('lapsed'))).toHaveLength(100)
    expect(shared.load(GET + WAITERS)).toBe(0)
  })

  it('look again if the wake came during their look', async () => {
    const { calls, shared } = pending()
    const gate = { open: false }
    const log: string[] = []
    const { attempt, ...others } = call('a', gate, log)
    const late = () => {
      const side = attempt()
      // Another thread puts and wakes between this look and the sleep that follows.
      if (side !== 0 && calls.serve() !== 0) {
        gate.open = true
        shared.core.wake(GET)
      }
      return side
    }
    calls.add({ ...others, attempt: late }, never)
    await until(() => log.length === 1, 'it is settled')
    expect(log).toEqual(['a'])
    expect(calls.size).toBe(0)
  })

  it('are abandoned and rejected when they lapse; the others move up', async () => {
    const { calls, waiters } = pending()
    const gates = [{ open: false }, { open: true }]
    const log: string[] = []
    calls.add(call('a', gates[0]!, log), { ...never, timeout: 5 })
    calls.add(call('b', gates[1]!, log), never)
    expect(log).toEqual([])
    await until(() => calls.size === 0, 'both are settled')
    expect(log).toEqual(['a abandoned', 'a: lapsed', 'b'])
    expect(waiters(GET)).toBe(0)
  })

  it('are rejected with the error that their attempt throws, and the next call is tried', () => {
    const { calls } = pending()
    const log: string[] = []
    const failing = {
      attempt: () => {
        throw new Error('no')
      },
      reject: (error: unknown) => log.push((error as Error).message),
    }
    calls.add(failing, never)
    calls.add(call('b', { open: true }, log), never)
    expect(log).toEqual(['no', 'b'])
  })

  it('may be added from inside an attempt, and are served last', () => {
    const { calls } = pending()
    const log: string[] = []
    const gate = { open: true }
    const adding = {
      attempt: () => {
        calls.add(call('added', gate, log), never)
        log.push('adding')
        return 0 as const
      },
      reject: () => {},
    }
    calls.add(adding, never)
    expect(log).toEqual(['adding', 'added'])
    expect(calls.size).toBe(0)
  })

  it('are rejected and never tried if they are aborted before they are added', () => {
    const { calls } = pending()
    const log: string[] = []
    calls.add(call('a', { open: true }, log), { ...never, signal: AbortSignal.abort() })
    expect(log).toEqual(['a: The operation was aborted'])
    expect(calls.size).toBe(0)
  })

  it('are all rejected by rejectAll', () => {
    const { calls, waiters } = pending()
    const log: string[] = []
    const gate = { open: false }
    for (const name of ['a', 'b']) calls.add(call(name, gate, log), never)
    calls.rejectAll(() => new Error('detached'))
    expect(log).toEqual(['a abandoned', 'a: detached', 'b abandoned', 'b: detached'])
    expect([calls.size, waiters(GET)]).toEqual([0, 0])
  })

  it('may be withdrawn: they are neither settled nor rejected, and the next call is tried', () => {
    const { calls, waiters } = pending()
    const gate = { open: false }
    const log: string[] = []
    const first = calls.add(call('a', gate, log), never)
    calls.add(call('b', { open: true }, log), never)
    expect([waiters(GET), ...log]).toEqual([ASYNC_WAITER])
    calls.withdraw(first)
    calls.withdraw(first)
    expect([waiters(GET), calls.size, ...log]).toEqual([0, 0, 'b'])
  })

  it('report when none is pending any more', async () => {
    const { calls, idles } = pending()
    const gate = { open: false }
    calls.add(call('a', gate, []), { ...never, timeout: 1 })
    expect(idles()).toBe(0)
    await until(() => calls.size === 0, 'it lapses')
    expect(idles()).toBeGreaterThan(0)
  })
})

describe('the wait of a call', () => {
  it('keeps the process alive unless it is in the background', () => {
    const { calls } = pending()
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const gate = { open: false }
    calls.add(call('a', gate, []), { ...never, background: true })
    expect(timers()).toBe(before)
    calls.add(call('b', gate, []), never)
    calls.add(call('c', gate, []), never)
    expect(timers()).toBe(before + 1)
    gate.open = true
    calls.serve()
    expect(timers()).toBe(before)
  })
})
