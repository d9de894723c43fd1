import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes, sample } from './case.ts'

const site = new Case('many-pending')
afterAll(() => site.remove())

/** If the cost of each grew with their number, this many would take more than a minute. */
const MANY = '200000'
const SOME = '20000'

describe.each(nodes)('pending calls of one queue, on Node $version,', ({ path }) => {
  it.each(
    sample(3, [
      ['put', MANY, 'fulfilled'],
      ['select', MANY, 'fulfilled'],
      ['abort', MANY, 'ABORT_ERR'],
      ['get', SOME, 'fulfilled'],
      ['take', SOME, 'fulfilled'],
      ['join', SOME, 'fulfilled'],
      ['getMany', SOME, 'fulfilled'],
      ['iterate', SOME, 'fulfilled'],
      ['lapse', SOME, 'ERR_QUEUE_FULL'],
      ['abortSelect', SOME, 'ABORT_ERR'],
      ['abortLastFirst', SOME, 'ABORT_ERR'],
      ['shutdown', SOME, 'ERR_QUEUE_SHUT_DOWN'],
      ['detach', SOME, 'ERR_DETACHED'],
    ]),
  )('end before the deadline: %s, %s', async (kind, count, outcome) => {
    expect(await site.run(path, '.', ['main.mjs', kind, count])).toMatchObject({
      code: 0,
      stdout: `${outcome}\n`,
      stderr: '',
    })
  })
})
