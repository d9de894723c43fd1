import { spawnSync } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes } from './case.ts'

const ALONE = ['--pid', '--fork', '--mount-proc', '--kill-child']
const probe = spawnSync('unshare', [...ALONE, 'true'], { encoding: 'utf8', timeout: 10_000 })
const canUnshare = probe.status === 0
const why = canUnshare
  ? ''
  : ` (skipped: unshare --pid: ${(probe.error?.message ?? probe.stderr.trim()) || probe.status})`

const site = new Case('pid1')
afterAll(() => site.remove())

describe.each(nodes)(`process 1 of a container, on Node $version${why}`, ({ path }) => {
  it.skipIf(!canUnshare).each([
    ['SIGTERM', 'long', 1, 143],
    ['SIGINT', 'long', 1, 130],
    ['SIGTERM', 'long', 12, 143],
  ] as const)('ends with the second %s (%s, %i supervisors)', async (signal, name, supervisors, code) => {
    const args = [...ALONE, path, 'main.mjs', name, String(supervisors), signal]
    const ended = await site.run('unshare', '.', args)
    expect(ended).toMatchObject({ code, stdout: `ends with ${code}\n` })
  })

  it.skipIf(!canUnshare)('ends with the second although its groups ended with the first', async () => {
    const ended = await site.run('unshare', '.', [...ALONE, path, 'main.mjs', 'untilAsked', '1', 'SIGTERM'])
    expect(ended).toMatchObject({ code: 143, stdout: 'all over\nends with 143\n' })
  })
})

it('ends by the second signal itself if it is not process 1', async () => {
  const { code, stdout } = await site.run('sh', '.', [
    '-c',
    `"${process.execPath}" main.mjs long 1 SIGTERM; echo $?`,
  ])
  expect([code, stdout]).toEqual([0, '143\n'])
})
