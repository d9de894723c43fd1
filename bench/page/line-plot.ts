/** Lines over a sweep: a line for each contender, and a whisker from the lowest to the highest round. */
import type { CustomSeriesOption, EChartsOption, XAXisComponentOption, YAXisComponentOption } from 'echarts'
import { axis, heading, type Plot, text } from './svg.ts'
import { tick } from './text.ts'

export interface Line {
  readonly name: string
  readonly colour: string
  readonly isDashed: boolean
  readonly points: readonly {
    readonly at: number
    readonly value: number
    readonly min: number
    readonly max: number
  }[]
}

interface Layout {
  readonly title: string
  readonly description: string
  readonly width: number
  readonly height: number
  readonly x: { readonly axis: string; readonly scale: 'log' | 'linear' }
  readonly y: string
  readonly subtitle?: string
}

const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin']
/** Y is linear where no line covers more than this. */
const LINEAR_SPAN = 8
const HEAD = 58
const LEGEND_ROW = 22
const CHARACTER = 7.4

export function linePlot(lines: readonly Line[], layout: Layout): Plot {
  const { title, description, width, height: plain, x, y, subtitle } = layout
  const head = subtitle === undefined ? 0 : HEAD
  const legendRows = rowsOf(lines, width - 24)
  const top = head + legendRows * LEGEND_ROW + 12
  const values = lines.flatMap(({ points }) => points.flatMap(({ min, max, value }) => [min, max, value]))
  const isLog = Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > LINEAR_SPAN
  const ats = lines.flatMap(({ points }) => points.map(({ at }) => at))
  const isBinary = ats.every((at) => Number.isInteger(Math.log2(at)))
  const height = plain + top
  const option: EChartsOption = {
    title: subtitle === undefined ? [] : [heading(title, subtitle)],
    legend: {
      left: 8,
      width: width - 16,
      top: head,
      itemWidth: 26,
      itemHeight: 9,
      itemGap: 14,
      padding: 4,
      textStyle: text(),
      data: lines.map(({ name }) => name),
    },
    grid: { left: 62, right: 22, top, bottom: 52 },
    xAxis: {
      ...axis(x.axis, 30),
      ...(x.scale === 'log'
        ? { type: 'log' as const, logBase: isBinary ? 2 : 10 }
        : { type: 'value' as const }),
      min: Math.min(...ats),
      max: Math.max(...ats),
      splitNumber: width < 500 ? 4 : 8,
      splitLine: { show: false },
      axisLabel: { ...text(12), hideOverlap: true, formatter: (value: number) => tick(value, x.axis) },
    } as XAXisComponentOption,
    yAxis: {
      ...axis(y, 46),
      ...(isLog ? { type: 'log' as const, ...powersAround(values) } : { type: 'value' as const, min: 0 }),
      axisLabel: { ...text(12), formatter: (value: number) => tick(value, '') },
    } as YAXisComponentOption,
    series: lines.flatMap((line, index) => [lineOf(line, index), whiskersOf(line)]),
  }
  return { title, description, width, height, option }
}

function powersAround(values: readonly number[]): { min: number; max: number } {
  return {
    min: 10 ** Math.floor(Math.log10(Math.min(...values))),
    max: 10 ** Math.ceil(Math.log10(Math.max(...values))),
  }
}

/** Rows of the legend, by an estimate of the width of its words that is not too small. */
function rowsOf(lines: readonly Line[], width: number): number {
  let rows = 1
  let used = 0
  for (const { name } of lines) {
    const wide = 26 + 5 + 14 + name.length * CHARACTER
    if (used > 0 && used + wide > width) {
      rows++
      used = 0
    }
    used += wide
  }
  return rows
}

function lineOf({ name, colour, isDashed, points }: Line, index: number) {
  return {
    type: 'line' as const,
    name,
    data: points.map(({ at, value }) => [at, value]),
    symbol: SYMBOLS[index % SYMBOLS.length] as string,
    symbolSize: 8,
    showSymbol: true,
    silent: true,
    itemStyle: { color: colour },
    lineStyle: { color: colour, width: 2.5, type: isDashed ? ('dashed' as const) : ('solid' as const) },
  }
}

function whiskersOf({ colour, points }: Line): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    data: points.map(({ at, min, max }) => [at, min, max]),
    encode: { x: 0, y: [1, 2] },
    renderItem: (_params, api) => {
      const at = api.value(0)
      const [x, low] = api.coord([at, api.value(1)]) as [number, number]
      const [, high] = api.coord([at, api.value(2)]) as [number, number]
      return {
        type: 'line',
        shape: { x1: x, y1: low, x2: x, y2: high },
        style: { stroke: colour, lineWidth: 1.5, opacity: 0.7 },
      }
    },
  }
}
