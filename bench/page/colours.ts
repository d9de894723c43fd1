/** Colours of plots and page, each in light and in dark. */
export type Colour = readonly [light: string, dark: string]

export const BACKGROUND: Colour = ['#ffffff', '#0d1117']
export const INK: Colour = ['#1f2329', '#e6edf4']
export const GRID: Colour = ['#d8dee5', '#2f363e']
export const MARK: Colour = ['#5b6470', '#9aa4af']

/** The package's own ways, then others. They differ in lightness and hue, for colour-blind readers. */
export const OURS: readonly Colour[] = [
  ['#0067ad', '#58b4f0'],
  ['#157a55', '#4fce9d'],
  ['#3c4db8', '#a3adff'],
  ['#00727a', '#4cc7d1'],
]
export const OTHERS: readonly Colour[] = [
  ['#c24e00', '#f5a742'],
  ['#8b4a9c', '#d79be8'],
  ['#a3285f', '#f58fb9'],
  ['#6b6200', '#cfc14b'],
  ['#7a4a2b', '#d9a583'],
  ['#4a5562', '#b3bdc8'],
]
export const CONTROL: Colour = ['#76818d', '#7d8894']

export const ALL: readonly Colour[] = [BACKGROUND, INK, GRID, MARK, CONTROL, ...OURS, ...OTHERS]

/** Rules for the parts of an SVG that have a colour of light. */
export const DARK_RULES = ALL.map(
  ([light, dark]) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`,
).join('')
