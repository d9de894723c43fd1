import { describe, expect, it } from 'vitest'
import { registry, rememberDeath } from '../../src/queue/registry.ts'

describe('the registry', () => {
  it('remembers the latest deaths, however many there are', () => {
    const { dead } = registry()
    const before = [...dead]
    try {
      for (let thread = 1; thread <= 5000; thread++) rememberDeath(thread)
      expect([dead.size, dead.has(5000), dead.has(5000 - 1023), dead.has(5000 - 1024)]).toEqual([
        1024,
        true,
        true,
        false,
      ])
    } finally {
      dead.clear()
      for (const thread of before) dead.add(thread)
    }
  })
})
