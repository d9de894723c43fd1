import { readFileSync } from 'node:fs'
import { UsageError } from '../../scripts/command-line.ts'
import type { Header } from '../output/header.ts'
import { type ContenderResult, type Run, type ScenarioResult, UNITS } from '../results.ts'
import { Field } from './fields.ts'

/** The runs of files of JSON, each with one run or an array of them. @throws UsageError for a bad file */
export function readRuns(files: readonly string[]): Run[] {
  const runs = files.flatMap((file) => runsOf(read(file), file))
  checkTogether(runs)
  return runs
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`)
  }
}

/** The runs of a file's text. @throws UsageError that names the file and the field */
export function runsOf(text: string, file: string): Run[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}`)
  }
  const field = new Field(file, '', value)
  return Array.isArray(value) ? field.list().map(runOf) : [runOf(field)]
}

/** Runs share a page only if their figures can be compared. @throws UsageError if they cannot */
export function checkTogether(runs: readonly Run[]): void {
  const [first] = runs
  if (first === undefined) throw new UsageError('there is no run to report')
  for (const key of ['commit', 'machine', 'cores', 'system', 'node'] as const) {
    const other = runs.find(({ header }) => header[key] !== first.header[key])
    if (other === undefined) continue
    throw new UsageError(
      `runs of one report must have the same ${key}; received '${first.header[key]}' and '${other.header[key]}'`,
    )
  }
  const names = runs.flatMap(({ scenarios }) => scenarios.map(({ name }) => name))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new UsageError(`a report must have each scenario once; received ${twice} twice`)
}

function runOf(field: Field): Run {
  field.of('format').oneOf([1])
  const scenarios = field.of('scenarios')
  if (scenarios.list().length === 0) scenarios.fail('an array of at least one scenario')
  return {
    format: 1,
    header: headerOf(field.of('header')),
    leftOut: field
      .of('leftOut')
      .list()
      .map((line) => line.text()),
    scenarios: scenarios.list().map(scenarioOf),
  }
}

function headerOf(field: Field): Header {
  const text = (key: string) => field.of(key).text()
  const number = (key: string, least = 0) => field.of(key).number(least)
  if (Number.isNaN(Date.parse(text('date')))) field.of('date').fail('a date')
  return {
    machine: text('machine'),
    cores: number('cores', 1),
    system: text('system'),
    memoryGiB: number('memoryGiB'),
    load: number('load'),
    node: text('node'),
    v8: text('v8'),
    commit: text('commit'),
    date: text('date'),
    rounds: number('rounds', 1),
  }
}

function scenarioOf(field: Field): ScenarioResult {
  const list = field.of('contenders')
  if (list.list().length === 0) list.fail('an array of at least one contender')
  const contenders = list.list().map(contenderOf)
  const names = contenders.map(({ name }) => name)
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice >= 0) list.list()[twice]?.of('name').fail('another name than that of each other contender')
  const rounds = contenders[0]?.values.length
  const uneven = contenders.findIndex(({ values }) => values.length !== rounds)
  if (uneven >= 0)
    list.list()[uneven]?.of('values').fail(`an array of ${rounds} numbers, as the first contender's`)
  const picture = field.of('picture').optional((each) => each.text())
  const sweep = field.of('sweep').optional(sweepOf)
  const target = field.of('target').optional((each) => targetOf(each, names))
  return {
    name: field.of('name').text(),
    group: field.of('group').text(),
    title: field.of('title').text(),
    ...(picture === undefined ? {} : { picture }),
    threads: field.of('threads').number(1),
    baseline: field.of('baseline').oneOf(names),
    unit: field.of('unit').oneOf(UNITS),
    better: field.of('better').oneOf(['more', 'less']),
    ...(sweep === undefined ? {} : { sweep }),
    ...(target === undefined ? {} : { target }),
    contenders,
  }
}

function sweepOf(field: Field): NonNullable<ScenarioResult['sweep']> {
  const scale = field.of('scale').oneOf(['log', 'linear'])
  return {
    axis: field.of('axis').text(),
    at: scale === 'log' ? field.of('at').positive() : field.of('at').number(Number.NEGATIVE_INFINITY),
    scale,
  }
}

function targetOf(field: Field, names: readonly string[]): NonNullable<ScenarioResult['target']> {
  const atLeast = field.of('atLeast').optional((each) => each.number())
  const atMost = field.of('atMost').optional((each) => each.number())
  if (atLeast === undefined && atMost === undefined) field.of('atLeast').fail('a number if atMost is absent')
  return {
    contender: field.of('contender').oneOf(names),
    ...(atLeast === undefined ? {} : { atLeast }),
    ...(atMost === undefined ? {} : { atMost }),
    reached: field.of('reached').flag(),
  }
}

function contenderOf(field: Field): ContenderResult {
  const values = field.of('values')
  if (values.list().length === 0) values.fail('an array of at least one number')
  const isControl = field.of('isControl').optional((each) => each.flag())
  return {
    name: field.of('name').text(),
    items: field.of('items').number(),
    values: values.list().map((each) => each.number(Number.NEGATIVE_INFINITY)),
    median: field.of('median').number(Number.NEGATIVE_INFINITY),
    min: field.of('min').number(Number.NEGATIVE_INFINITY),
    max: field.of('max').number(Number.NEGATIVE_INFINITY),
    ratio: field.of('ratio').number(Number.NEGATIVE_INFINITY),
    ...(isControl === undefined ? {} : { isControl }),
  }
}
