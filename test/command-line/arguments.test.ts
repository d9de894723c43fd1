import { describe, expect, it } from 'vitest'
import { mapArguments } from '../../src/command-line/arguments.ts'
import { millrace, stage } from './run.ts'

const FILE = 'examples/stages/upper.mjs'

describe('the arguments of millrace map', () => {
  it('name a file, and the export behind #', () => {
    const file = new URL('../../examples/stages/upper.mjs', import.meta.url).pathname
    expect(mapArguments([FILE])).toEqual({ file, exportName: 'default' })
    expect(mapArguments([`${FILE}#upper`])).toEqual({ file, exportName: 'upper' })
  })

  it('have options before and behind the file, with values behind a space or =', () => {
    const args = ['--threads', '3', FILE, '--retries=2', '--grain', 'auto', '--on-error=skip', '--flat']
    expect(mapArguments(args)).toMatchObject({
      threads: 3,
      retries: 2,
      grain: 'auto',
      'on-error': 'skip',
      flat: true,
    })
  })

  it('give the last value of an option', () => {
    expect(mapArguments([FILE, '--grain', '2', '--grain', '3'])).toMatchObject({ grain: 3 })
  })

  it.each<[args: string[], message: string]>([
    [[], 'FILE is missing: the module of the function'],
    [[FILE, 'more'], `one FILE is expected; received '${FILE}' and 'more'`],
    [['nowhere.mjs#x'], "FILE does not exist: 'nowhere.mjs'"],
    [['examples'], "FILE is not a file: 'examples'"],
    [[`${FILE}#`], `FILE#export must be a file and the name of an export; received '${FILE}#'`],
    [[FILE, '--thread', '2'], 'unknown option --thread: did you mean --threads?'],
    [[FILE, '--on-errors=skip'], 'unknown option --on-errors: did you mean --on-error?'],
    [[FILE, '-x'], 'unknown option -x: known are --threads, --input,'],
    [[FILE, '--toString'], 'unknown option --toString: known are '],
    [[FILE, '--threads'], '--threads needs a value: an integer from 1 to 1024'],
    [[FILE, '--threads', '0'], "--threads must be an integer from 1 to 1024; received '0'"],
    [[FILE, '--threads', '1025'], "--threads must be an integer from 1 to 1024; received '1025'"],
    [[FILE, '--threads', '--quiet'], "--threads must be an integer from 1 to 1024; received '--quiet'"],
    [[FILE, '--retries', '-1'], "--retries must be an integer from 0 to 2147483647; received '-1'"],
    [[FILE, '--timeout', '1e3'], "--timeout must be an integer from 1 to 2147483647; received '1e3'"],
    [[FILE, '--window=0'], "--window must be an integer from 1 to 1048576; received '0'"],
    [[FILE, '--grain', 'few'], "--grain must be an integer from 1 to 1048576, or auto; received 'few'"],
    [[FILE, '--on-error', 'stop'], "--on-error must be one of fail, skip; received 'stop'"],
    [[FILE, '--output='], "--output must be the path of a file; received ''"],
    [[FILE, '--quiet=yes'], "--quiet takes no value; received 'yes'"],
    [[FILE, '--lines', '--ndjson'], '--lines and --ndjson exclude each other'],
    [[FILE, '--filter', '--flat'], '--filter and --flat exclude each other'],
  ])('are refused: %j', (args, message) => {
    expect(() => mapArguments(args)).toThrow(message)
  })

  it('ask for help, whatever else they say', () => {
    expect(mapArguments(['--threads', '0', '--help'])).toBe('help')
    expect(mapArguments(['-h'])).toBe('help')
  })
})

describe('millrace', () => {
  it.each<[args: string[], message: string, hint: string]>([
    [[], 'a command is missing: map', 'millrace --help'],
    [['mapp', FILE], 'unknown command mapp: did you mean map?', 'millrace --help'],
    [['--verson'], 'unknown option --verson: did you mean --version?', 'millrace --help'],
    [['map', FILE, '--threads', '0'], '--threads must be an integer from 1 to 1024', 'millrace map --help'],
    [['map', FILE, '--input', 'nowhere'], "--input must be a file that exists; received 'nowhere'", ''],
    [['map', FILE, '--input', 'src'], "--input must be a file, not a folder; received 'src'", ''],
    [['map', stage('upper'), '--grain', '9', '--window', '8', '--threads', '1'], '--grain', ''],
  ])('ends with exit code 2 for %j', async (args, message, hint) => {
    const { code, stdout, stderr } = await millrace(args)
    expect(stderr).toContain(`millrace: ${message}`)
    expect(stderr.trimEnd().split('\n')).toHaveLength(2)
    expect(stderr).toContain(hint)
    expect([code, stdout]).toEqual([2, ''])
  })

  it.each([['--help'], ['-h'], ['map', '--help'], ['map', '-h', '--threads', '0']])(
    'prints help for %s',
    async (...args) => {
      const { code, stdout, stderr } = await millrace(args)
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toMatch(/^Usage: millrace map FILE\[#export\] \[options\]\n/)
      expect(stdout).toContain('\nExamples:\n  seq 1 1000 | millrace map ')
      expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
    },
  )

  it('lists every option of map in its help, with range and default', async () => {
    const { stdout } = await millrace(['map', '--help'])
    expect(stdout.match(/^ {2}--[a-z-]+/gm)?.map((option) => option.trim())).toEqual(
      [
        'threads',
        'input',
        'output',
        'unordered',
        'retries',
        'timeout',
        'grain',
        'window',
        'on-error',
        'lines',
      ]
        .concat(['ndjson', 'filter', 'flat', 'quiet', 'stats', 'help'])
        .map((name) => `--${name}`),
    )
    const text = stdout.replace(/\s+/g, ' ')
    expect(text).toContain('(default: one for each core); an integer from 1 to 1024')
    expect(text).toContain('(default: fail)')
  })

  it.each(['--version', '-V'])('prints its version for %s', async (option) => {
    const { code, stdout, stderr } = await millrace([option])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
