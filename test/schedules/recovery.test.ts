import { describe, expect, it } from 'vitest'
import { RECOVERY, REGISTRATION, RETIRED } from './configurations/recovery.ts'
import { exploring } from './exploring.ts'
import { run } from './scenario.ts'

exploring('recovery', RECOVERY)
exploring('registration', REGISTRATION)

describe('a deliberate fault is found', () => {
  it('where a retired producer’s ledger is not freed when it is released', async () => {
    const find = 'if (load(ledger + PRODUCER) === 0) cas64(ledger + OWNER, RESERVED, 0, 0, 0)'
    const faults = [{ file: 'core/operations/ledger.ts', find, replace: '' }]
    await expect(run({ ...RETIRED, faults }, { kills: 1 })).rejects.toThrow('the ledger is left to -1')
  })
})
