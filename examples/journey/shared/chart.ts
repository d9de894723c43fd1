/** A chart as an SVG, by ECharts, that reads in light and in dark: it follows the reader's colour scheme. */
import { createRequire } from 'node:module'

/** By `require` it is one file. Its ES modules are hundreds, and tsx takes seconds for them. */
const echarts: typeof import('echarts') = createRequire(import.meta.url)('echarts')

const WIDTH = 760
const HEIGHT = 400
/** Each colour in light, which ECharts writes, and in dark, by which a style sheet replaces it. */
const BACKGROUND = ['#ffffff', '#0d1117'] as const
const INK = ['#1f2329', '#e6edf4'] as const
const GRID = ['#d8dee5', '#2f363e'] as const
const MARK = ['#6e7782', '#8b949f'] as const
/** They differ in lightness and hue, so that colour-blind readers can tell them apart. */
const SERIES = [
  ['#0067ad', '#58b4f0'],
  ['#c24e00', '#f5a742'],
  ['#157a55', '#4fce9d'],
  ['#8b4a9c', '#d79be8'],
] as const

export interface Chart {
  readonly title: string
  readonly x: string
  readonly y: string
  readonly series: readonly { name: string; points: readonly (readonly [number, number])[] }[]
  /** Lines between points are steps: the value stays until the next one. */
  readonly steps?: boolean
  /** Whether each point has a dot. */
  readonly dots?: boolean
  /** A dashed line at a value of y. */
  readonly mark?: { readonly name: string; readonly at: number }
  readonly maxY?: number
}

export function svgOf({ title, x, y, series, steps, dots, mark, maxY }: Chart): string {
  const text = (fontSize = 14) => ({ color: INK[0], fontSize, fontFamily: 'system-ui, sans-serif' })
  const axis = (name: string, nameGap: number) => ({
    type: 'value' as const,
    name,
    nameLocation: 'middle' as const,
    nameGap,
    nameTextStyle: text(),
    axisLabel: text(13),
    axisLine: { show: true, lineStyle: { color: MARK[0] } },
    axisTick: { lineStyle: { color: MARK[0] } },
    minInterval: 1,
  })
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  chart.setOption({
    animation: false,
    backgroundColor: BACKGROUND[0],
    title: { text: title, left: 16, top: 12, textStyle: { ...text(17), fontWeight: 'bold' } },
    legend: { left: 11, top: 40, itemWidth: 28, icon: 'rect', itemHeight: 4, itemGap: 24, textStyle: text() },
    grid: { left: 64, right: 32, top: 84, bottom: 60 },
    xAxis: { ...axis(x, 32), splitLine: { show: false } },
    yAxis: { ...axis(y, 36), max: maxY, splitLine: { lineStyle: { color: GRID[0] } } },
    series: series.map(({ name, points }, index) => {
      const [color] = SERIES[index % SERIES.length]!
      return {
        type: 'line' as const,
        name,
        data: points.map(([at, value]) => [at, value]),
        step: steps ? ('end' as const) : false,
        showSymbol: dots === true,
        symbolSize: 8,
        emphasis: { disabled: true },
        cursor: 'default',
        itemStyle: { color },
        lineStyle: { color, width: 2.5 },
        ...(mark !== undefined && index === 0 ? { markLine: lineAt(mark) } : {}),
      }
    }),
  })
  // The rules and classes for a pointer mean nothing in an image.
  const svg = chart.renderToSVGString().replace(/<style >[\s\S]*?<\/style>\n?| class="[^"]*"/g, '')
  chart.dispose()
  return svg.replace(
    /^<svg[^>]*>/,
    (tag) => `${tag}\n<title>${escaped(title)}</title>\n<style>${DARK}</style>`,
  )

  function lineAt({ name, at }: NonNullable<Chart['mark']>) {
    return {
      silent: true,
      symbol: 'none',
      lineStyle: { color: MARK[0], type: 'dashed' as const, width: 1.5 },
      label: { formatter: name, position: 'insideStartTop' as const, ...text(13) },
      data: [{ yAxis: at }],
    }
  }
}

/** The attributes that hold a colour of light give way to these rules. */
const DARK = `@media (prefers-color-scheme: dark) {${[BACKGROUND, INK, GRID, MARK, ...SERIES]
  .map(([light, dark]) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`)
  .join('')}}`

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const BARS = [' ', ...'▁▂▃▄▅▆▇█']

/**
 * A line of text for a terminal: a bar for each `step` of x, up to the last point. It shows the highest y in
 * that step, from 0 to `max`.
 */
export function barsOf(points: Chart['series'][number]['points'], step: number, max: number): string {
  const count = Math.ceil((points.at(-1)?.[0] ?? 0) / step)
  const bars = Array.from({ length: count }, (_, bar) => {
    const before = points.findLast(([x]) => x < bar * step)?.[1] ?? 0
    const during = points.filter(([x]) => Math.floor(x / step) === bar).map(([, y]) => y)
    return BARS[Math.round((Math.max(before, ...during) / max) * 8)] ?? '?'
  })
  return bars.join('')
}
