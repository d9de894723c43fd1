/** A small made run: its figures are chosen, not measured. */
import type { ContenderResult, Run, ScenarioResult } from '../../bench/results.ts'

export function madeRun(): Run {
  return {
    format: 1,
    header: {
      machine: 'a made machine <x>',
      cores: 2,
      system: 'Linux 6 x64',
      memoryGiB: 8,
      load: 0.1,
      node: 'v20.0.0',
      v8: '11.3',
      commit: 'abcdef123456',
      date: '2026-01-02T03:04:05.000Z',
      rounds: 3,
    },
    leftOut: ['Go channel is left out: go is not installed'],
    scenarios: [...topologies(), ...sizes(), ...kinds()],
  }
}

function topologies(): ScenarioResult[] {
  return ['1P1C', '4P4C'].map((name, index) => ({
    name: `int32/${name}`,
    group: 'int32',
    title: 'an int32 a call: putSync, getSync & taskDone',
    picture: 'P ─▶ queue ─▶ C',
    threads: index === 0 ? 2 : 8,
    baseline: 'postMessage',
    unit: 'M items/s',
    better: 'more',
    target: { contender: 'putSync/getSync', atLeast: 8, reached: index === 0 },
    contenders: contenders([
      ['postMessage', 0.5],
      ['putSync/getSync', index === 0 ? 5 : 3],
      ['putSync/getSync again', index === 0 ? 5.5 : 3],
    ]),
  }))
}

/** Sizes from 4 bytes to 1 MiB; the largest is a loss. */
function sizes(): ScenarioResult[] {
  return [4, 64, 1024, 16_384, 262_144, 1_048_576].map((at) => ({
    name: `sizes/${at}`,
    group: 'sizes',
    title: 'bytes a call',
    threads: 2,
    baseline: 'postMessage',
    unit: 'MB/s',
    better: 'more',
    sweep: { axis: 'bytes of an item', at, scale: 'log' },
    contenders: contenders([
      ['postMessage', at],
      ['putSync/getSync', 40 * at ** 0.7],
    ]),
  }))
}

/** So many that they are a table. */
function kinds(): ScenarioResult[] {
  return Array.from({ length: 30 }, (_, index) => ({
    name: `kinds/kind ${index}`,
    group: 'kinds',
    title: 'encode and decode',
    threads: 1,
    baseline: 'structuredClone',
    unit: 'ns' as const,
    better: 'less' as const,
    target: { contender: 'structured', atMost: 1, reached: index !== 7 },
    contenders: contenders([
      ['structuredClone', 1000],
      ['structured', index === 7 ? 1300 : 200 + 20 * index],
    ]),
  }))
}

/** The first is the baseline. A name that ends with "again" is a control. */
function contenders(medians: readonly (readonly [name: string, median: number])[]): ContenderResult[] {
  const base = medians[0]?.[1] ?? 1
  return medians.map(([name, median]) => ({
    name,
    items: 1024,
    values: [median * 0.9, median, median * 1.1],
    median,
    min: median * 0.9,
    max: median * 1.1,
    ratio: median / base,
    ...(name.endsWith(' again') ? { isControl: true } : {}),
  }))
}
