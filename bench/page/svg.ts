/** ECharts options to SVG: without a browser, without scripts, in light and dark. */
import { createRequire } from 'node:module'
import type { EChartsOption } from 'echarts'
import { BACKGROUND, DARK_RULES, GRID, INK, MARK } from './colours.ts'
import { escaped } from './text.ts'

/** By `require` it is one file. Its ES modules are hundreds, and tsx takes seconds for them. */
const echarts: typeof import('echarts') = createRequire(import.meta.url)('echarts')

export interface Plot {
  readonly title: string
  /** The same in words, for readers who do not see it. */
  readonly description: string
  readonly width: number
  readonly height: number
  readonly option: EChartsOption
}

/** Parts without a meaning in an image: what is for a pointer, and boxes that are not seen. */
const LEFT_OUT = [
  /<style >[\s\S]*?<\/style>\n?/g,
  / (?:class|ecmeta_\w+)="[^"]*"/g,
  /<path [^>]*fill-opacity="0"[^>]*stroke-width="0"[^>]*><\/path>\n?/g,
]

let plots = 0

/** An `svg` element for a page, which has the rules for dark; its background is the page's. */
export function inlineSvg(plot: Plot): string {
  return rendered(plot, '')
}

/** The text of a file: it has a background and the rules for dark. */
export function svgFile(plot: Plot): string {
  const background = `<rect width="100%" height="100%" fill="${BACKGROUND[0]}"/>`
  return `${rendered(plot, `<style>@media (prefers-color-scheme: dark) {${DARK_RULES}}</style>\n${background}`)}\n`
}

function rendered({ title, description, width, height, option }: Plot, more: string): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption({ animation: false, ...option })
  const svg = LEFT_OUT.reduce((text, part) => text.replace(part, ''), chart.renderToSVGString()).replaceAll(
    ' fill="#000"',
    ' fill="none"',
  )
  chart.dispose()
  const id = `plot-${++plots}`
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-desc">`
  const named = `<title id="${id}-title">${escaped(title)}</title>\n<desc id="${id}-desc">${escaped(description)}</desc>`
  return svg.replace(/^<svg[^>]*>/, `${open}\n${named}\n${more}`)
}

export function text(fontSize = 13) {
  return { color: INK[0], fontSize, fontFamily: 'system-ui, sans-serif' }
}

/** The options that all axes share. */
export function axis(name: string, nameGap: number) {
  return {
    name,
    nameLocation: 'middle' as const,
    nameGap,
    nameTextStyle: text(),
    axisLabel: { ...text(12), hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: MARK[0] } },
    axisTick: { show: true, lineStyle: { color: MARK[0] } },
    minorTick: { show: false },
    splitLine: { show: true, lineStyle: { color: GRID[0] } },
  }
}

/** The head of a file: the title, and a line under it. */
export function heading(title: string, subtitle: string) {
  return {
    text: title,
    subtext: subtitle,
    left: 12,
    top: 8,
    itemGap: 6,
    textStyle: { ...text(17), fontWeight: 'bold' as const },
    subtextStyle: text(13),
  }
}
