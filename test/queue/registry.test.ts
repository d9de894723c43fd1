import { describe, expect, it } from 'vitest'
import { deathOf } from '../../src/queue/recovery/death-notes.ts'
import { registry, rememberDeath } from '../../src/queue/recovery/registry.ts'

describe('the registry', () => {
  it('remembers the latest deaths, however many there are', () => {
    const { dead } = registry()
    const before = [...dead]
    try {
      for (let thread = 1; thread <= 5000; thread++) rememberDeath(thread, deathOf(thread))
      expect([dead.size, dead.has(5000), dead.has(5000 - 1023), dead.has(5000 - 1024)]).toEqual([
        1024,
        true,
        true,
        false,
      ])
    } finally {
      dead.clear()
      for (const [thread, death] of before) dead.set(thread, death)
    }
  })
})
