import { afterAll, describe, expect, it } from 'vitest'
import { Case, nodes, sample } from './case.ts'

const site = new Case('dead-letters')
afterAll(() => site.remove())

const CAUSES: Record<string, string> = {
  uncaught: '1 RangeError the parser has lost its way undefined',
  rejected: '1 TypeError not awaited ERR_LOST',
  text: '1 a text',
  nothing: '1 undefined was thrown',
  exits: '7 undefined',
  memory: '1 Error Worker terminated due to reaching memory limit ERR_WORKER_OUT_OF_MEMORY',
}

describe.each(nodes)('a dead letter, on Node $version', ({ path }) => {
  it('says why its thread died if a supervisor of another thread has started that', async () => {
    const stdout = 'exit 7 undefined 7,7\nreject 1 RangeError 1,1\n'
    expect(await site.run(path, '.', ['nested-supervisor.mjs'])).toMatchObject({ code: 0, stdout })
  })

  it.each(
    sample(1, [
      { codec: 'structured', deaths: 1, isError: true },
      { codec: 'structured', deaths: 3, isError: true },
      { codec: 'json', deaths: 2, isError: false },
      { codec: 'msgpack', deaths: 2, isError: false },
    ]),
  )('says why its thread died, with codec $codec and $deaths deaths', async ({ codec, deaths, isError }) => {
    const ways = deaths === 1 ? Object.keys(CAUSES) : ['rejected', 'exits', 'memory']
    const ended = await site.run(path, '.', ['supervised.mjs', codec, String(deaths), ...ways])
    const lines = ways.flatMap((way) =>
      Array(deaths).fill(`${way} ${isError} ThreadError ERR_THREAD true ${CAUSES[way]}\n`),
    )
    expect(ended).toMatchObject({ code: 0, stdout: lines.join('') })
  })

  it('says why its thread died if the supervisor is in a thread', async () => {
    const ended = await site.run(path, '.', ['nested.mjs', 'structured', '1', 'exits', 'uncaught'])
    const line = (way: string) => `${way} true ThreadError ERR_THREAD true ${CAUSES[way]}\n`
    expect(ended).toMatchObject({ code: 0, stdout: line('exits') + line('uncaught') })
  })

  it.each([
    ['uncaught', '2 1 RangeError the parser has lost its way\n'],
    ['memory', '2 1 Error ERR_WORKER_OUT_OF_MEMORY\n'],
    ['exits', '2 7 undefined undefined\n'],
  ])('says why a Worker of the user died: %s', async (way, stdout) => {
    expect(await site.run(path, '.', ['own-worker.mjs', way])).toMatchObject({ code: 0, stdout })
  })

  it('comes although the user has removed all listeners of the Worker', async () => {
    const ended = await site.run(path, '.', ['own-worker.mjs', 'exits', 'unheard'])
    expect(ended).toMatchObject({ code: 0, stdout: '2 undefined undefined undefined\n' })
  })

  it.each(['structured', 'json', 'msgpack'])(
    'keeps class, numeric codes and stacks with codec %s',
    async (codec) => {
      const ended = await site.run(path, '.', ['codes.mjs', codec])
      const kind = codec === 'structured' ? 'true ParseError' : 'false Object'
      const lines = [`${kind} 42 no use: { read -2 true true`, '42,-2 42,-2', 'cause,code,message,name,stack']
      expect(ended).toMatchObject({ code: 0, stdout: lines.map((line) => `${line}\n`).join('') })
    },
  )
})
