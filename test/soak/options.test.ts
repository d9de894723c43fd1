import { describe, expect, it } from 'vitest'
import { valuesOf } from '../../scripts/command-line.ts'
import { jobOf, SCRIPT } from './options.ts'

const optionsOf = (args: readonly string[]) => jobOf(valuesOf(SCRIPT, args))

describe('the options of a soak', () => {
  it('have defaults, and a seed of their own', () => {
    expect(optionsOf([])).toMatchObject({ minutes: 30, deathsPerSecond: 1, threads: 16 })
  })

  it('take fractions of a minute', () => {
    expect(optionsOf(['--minutes', '0.3', '--seed', '7'])).toMatchObject({ minutes: 0.3, seed: 7 })
  })

  it.each([
    [['--minutes', 'soon'], "--minutes must be a number from 0.05 to 10000; received 'soon'"],
    [['--minutes', '0'], '--minutes must be a number'],
    [['--threads', '3'], '--threads must be an integer from 14 to 256'],
    [['--threads', '20.5'], '--threads must be an integer'],
    [['--deaths-per-second', '-1'], '--deaths-per-second'],
    [['--seed', 'x'], '--seed'],
    [['--sabotage', 'rain'], '--sabotage must be one of lose, hold, leak'],
    [['--hours', '8'], 'unknown option --hours; known: --minutes, '],
    [['--threads'], '--threads needs a value: an integer from 14 to 256'],
    [['8'], "unexpected argument '8'"],
  ])('refuse %s', (args, message) => {
    expect(() => optionsOf(args)).toThrow(message)
  })
})
