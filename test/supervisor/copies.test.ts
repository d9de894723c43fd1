// This copy of the library is the first in this process, and listens to its threads.

import { describe, expect, it } from 'vitest'
import { Queue as FirstQueue } from '../../src/index.ts'
import { within } from '../support/deadline.ts'
import { waits } from '../support/users.ts'
import { fixture, millrace, supervisor, threadOf } from './scene.ts'

describe('a second copy of the library in a thread', () => {
  it('wakes the threads of its supervisor when they are to stop', async () => {
    expect(millrace.Queue).not.toBe(FirstQueue)
    const queue = new millrace.Queue<number>()
    const one = supervisor()
    const group = one.spawn(
      fixture('stopping.mjs', 'waitsIn', { args: { queue, method: 'getSync', given: [] } }),
    )
    await waits(queue, 'get', await threadOf(one))
    await within(group.stop(), 'the stop')
    expect(await group.join()).toMatchObject([{ code: 'ABORT_ERR' }])
  })
})
