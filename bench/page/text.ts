/** Numbers and names as the page writes them. */
import type { ScenarioResult, Unit } from '../results.ts'

const DIGITS = 3

/** Three digits that mean something: 0.0123, 1.23, 123, 12,300. */
export function figure(value: number): string {
  if (value === 0) return '0'
  const size = Math.floor(Math.log10(Math.abs(value)))
  const digits = Math.max(0, DIGITS - 1 - size)
  const rounded = digits === 0 ? Number(value.toPrecision(DIGITS)) : value
  return rounded.toLocaleString('en', {
    minimumFractionDigits: Math.min(digits, 6),
    maximumFractionDigits: Math.min(digits, 6),
  })
}

/** A ratio with two or three digits. */
export function times(ratio: number): string {
  return `${ratio >= 100 ? Math.round(ratio).toLocaleString('en') : ratio.toPrecision(ratio >= 10 ? 3 : 2)}×`
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
}

/** A tick of an axis: binary prefixes where it counts bytes, decimal ones elsewhere. */
export function tick(value: number, axis: string): string {
  const isBytes = axis.startsWith('bytes')
  const [base, names] = isBytes
    ? ([1024, ['', ' KiB', ' MiB', ' GiB']] as const)
    : ([1000, ['', 'k', 'M', 'G']] as const)
  let step = 0
  let rest = value
  // Powers of two below 100,000, such as 1024 items, read better in full.
  while (step < names.length - 1 && Math.abs(rest) >= base && (isBytes || Math.abs(value) >= 100_000)) {
    rest /= base
    step++
  }
  return `${Number(rest.toPrecision(DIGITS)).toLocaleString('en')}${names[step]}`
}

/** The part of a scenario's name that its group does not say. */
export function detailOf({ name, group }: ScenarioResult): string {
  return name.startsWith(`${group}/`) ? name.slice(group.length + 1) : name
}

export function unitText(unit: Unit, better: ScenarioResult['better']): string {
  const whole = unit === 'of ideal' ? 'share of the ideal' : unit.replace(/^M /, 'million ')
  return `${whole}, ${better} is better`
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
