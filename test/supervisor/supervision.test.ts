import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { RunWords } from '../../src/core/threads/run-words.ts'
import { packError } from '../../src/error-transport.ts'
import { SupervisorLink } from '../../workers/supervisor-link.ts'
import { within } from '../support/deadline.ts'

const { port1: supervisor, port2: thread } = new MessageChannel()
afterEach(() => supervisor.close())

describe('a thread whose supervisor has sent the reason to stop', () => {
  it('is asked to stop before the word for that is stored', async () => {
    const supervision = new SupervisorLink(RunWords.create(0), thread)
    const aborted = once(supervision.signal, 'abort')
    supervisor.postMessage({ kind: 'stop', reason: packError(new Error('enough')) })
    await within(aborted, 'the abort')
    expect([supervision.stopRequested, supervision.signal.reason.message]).toEqual([true, 'enough'])
  })
})
