/** Throughput by the number of consumers, as an SVG. */
import * as echarts from 'echarts'

export interface Point {
  readonly consumers: number
  readonly perSecond: number
}

const MEASURED = '#1f5fa8'
const REFERENCE = '#8a8a8a'
const TEXT = '#222222'
const font = { color: TEXT, fontSize: 14 }

/** The chart has the measured line, and the line that cores would allow: so many times the first point. */
export function throughputChart(points: readonly Point[], cores: number): string {
  const one = points[0]!.perSecond / points[0]!.consumers
  const last = points.at(-1)!
  const ideal = [...new Set([points[0]!.consumers, cores, last.consumers])].sort((a, b) => a - b)
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 760, height: 440 })
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: {
      text: 'Throughput by number of consumers',
      subtext: `CPU-bound work on ${cores} cores`,
      left: 20,
      top: 10,
      textStyle: { color: TEXT, fontSize: 18 },
      subtextStyle: { color: TEXT, fontSize: 14 },
    },
    grid: { left: 80, right: 140, top: 85, bottom: 60 },
    xAxis: {
      type: 'value',
      name: 'consumers',
      nameLocation: 'middle',
      nameGap: 32,
      nameTextStyle: font,
      axisLabel: font,
      min: 0,
      max: last.consumers,
      minInterval: 1,
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      name: 'items a second',
      nameLocation: 'middle',
      nameGap: 55,
      nameTextStyle: font,
      axisLabel: font,
      splitLine: { lineStyle: { color: '#e4e4e4' } },
    },
    series: [
      {
        type: 'line',
        data: ideal.map((count) => [count, Math.round(one * Math.min(count, cores))]),
        symbol: 'none',
        lineStyle: { color: REFERENCE, type: 'dashed', width: 2 },
        endLabel: { show: true, formatter: `${cores} times one`, color: REFERENCE, fontSize: 14 },
      },
      {
        type: 'line',
        data: points.map(({ consumers, perSecond }) => [consumers, Math.round(perSecond)]),
        symbol: 'circle',
        symbolSize: 9,
        itemStyle: { color: MEASURED },
        lineStyle: { color: MEASURED, width: 3 },
        label: { show: true, position: 'bottom', formatter: '{@[1]}', ...font },
        endLabel: { show: true, formatter: 'measured', color: MEASURED, fontSize: 14, fontWeight: 'bold' },
      },
    ],
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}
