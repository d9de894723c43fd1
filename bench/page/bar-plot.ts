/** Bars with whiskers from the lowest to the highest round: panels, with a bar for each contender. */
import type { CustomSeriesOption, EChartsOption } from 'echarts'
import { GRID, INK } from './colours.ts'
import { axis, heading, type Plot, text } from './svg.ts'
import { figure, tick } from './text.ts'

export interface Bar {
  readonly name: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly colour: string
}

export interface Panel {
  readonly label: string
  readonly bars: readonly Bar[]
  /** The end of the axis, and the number of its steps. */
  readonly end: number
  readonly steps: number
  /** The quantity and the unit of the axis. */
  readonly axis: string
}

interface Layout {
  readonly title: string
  readonly description: string
  readonly columns: number
  readonly panelWidth: number
  /** A head with the title, for a file that stands alone; undefined for none. */
  readonly subtitle?: string
}

const ROW = 38
const BAR = 11
const TOP = 30
const BOTTOM = 46
const MARGIN = 16
const HEAD = 62
/** Mean width of a letter, in a wide font. */
const CHARACTER = 7.6
/** Width of a bold digit, in a wide font. */
const DIGIT = 9

export function barPlot(panels: readonly Panel[], layout: Layout): Plot {
  const { title, description, columns, panelWidth, subtitle } = layout
  const head = subtitle === undefined ? 0 : HEAD
  const rows = Math.max(...panels.map(({ bars }) => bars.length))
  const panelHeight = TOP + rows * ROW + BOTTOM
  const places = panels.map((panel, index) => ({
    panel,
    left: MARGIN + (index % columns) * panelWidth,
    top: head + TOP + Math.floor(index / columns) * panelHeight,
  }))
  const option: EChartsOption = {
    title: [
      ...(subtitle === undefined ? [] : [heading(title, subtitle)]),
      ...places.map(({ panel, left, top }) => ({
        text: panel.label,
        left: left - 5,
        top: top - TOP,
        textStyle: { ...text(14), fontWeight: 'bold' as const },
      })),
    ],
    grid: places.map(({ panel, left, top }) => ({
      left,
      top,
      width: panelWidth - 2 * MARGIN,
      height: panel.bars.length * ROW,
    })),
    xAxis: places.map(({ panel }, index) => ({
      ...axis(panel.axis, 30),
      type: 'value' as const,
      gridIndex: index,
      min: 0,
      max: panel.end,
      interval: panel.end / panel.steps,
      axisLabel: { ...text(12), hideOverlap: true, formatter: (value: number) => tick(value, '') },
      splitLine: { lineStyle: { color: GRID[0] } },
    })),
    yAxis: places.map(({ panel }, index) => ({
      type: 'category' as const,
      gridIndex: index,
      inverse: true,
      data: panel.bars.map(({ name }) => name),
      axisLine: { show: true, lineStyle: { color: INK[0] } },
      axisTick: { show: false },
      axisLabel: {
        ...text(13),
        inside: true,
        interval: 0,
        margin: 0,
        verticalAlign: 'bottom' as const,
        padding: [0, 0, BAR / 2 + 2, 4],
        formatter: (name: string, row: number) =>
          `{value|${figure(panel.bars[row]?.value ?? 0)}}${shortened(name, panelWidth - valueWidth(panel))}`,
        // The width is one that any font keeps to: the width of words is an estimate.
        rich: { value: { ...text(13), fontWeight: 'bold' as const, width: valueWidth(panel) } },
      },
      z: 3,
    })),
    series: places.flatMap(({ panel }, index) => [barsOf(panel, index), whiskersOf(panel, index)]),
  }
  const height = head + Math.ceil(panels.length / columns) * panelHeight
  return { title, description, width: Math.min(columns, panels.length) * panelWidth, height, option }
}

/** Room for the longest value, and a gap. */
function valueWidth({ bars }: Panel): number {
  return 12 + DIGIT * Math.max(5, ...bars.map(({ value }) => figure(value).length))
}

/** The name, as much of it as has room beside the value. */
function shortened(name: string, width: number): string {
  const most = Math.floor((width - 2 * MARGIN) / CHARACTER)
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`
}

function barsOf({ bars }: Panel, index: number) {
  return {
    type: 'bar' as const,
    xAxisIndex: index,
    yAxisIndex: index,
    barWidth: BAR,
    // The label of a bar is above it.
    barCategoryGap: '0%',
    silent: true,
    data: bars.map(({ value, colour }) => ({ value, itemStyle: { color: colour } })),
  }
}

/** A line from the lowest to the highest round, with an end mark each. */
function whiskersOf({ bars }: Panel, index: number): CustomSeriesOption {
  return {
    type: 'custom',
    xAxisIndex: index,
    yAxisIndex: index,
    silent: true,
    data: bars.map(({ min, max }, row) => [min, max, row]),
    encode: { x: [0, 1], y: 2 },
    z: 4,
    renderItem: (_params, api) => {
      const row = api.value(2)
      const [left, y] = api.coord([api.value(0), row]) as [number, number]
      const [right] = api.coord([api.value(1), row]) as [number, number]
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style: { stroke: INK[0], lineWidth: 1.5 },
      })
      return {
        type: 'group',
        children: [line(left, y, right, y), line(left, y - 4, left, y + 4), line(right, y - 4, right, y + 4)],
      }
    },
  }
}
