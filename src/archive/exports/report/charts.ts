// One chart as SVG: columns or a line over the session's time, gaps hatched, pauses shaded, and what a column says
// in words for whoever points at it. Colours and lines are the style's.

import { lasting, sentenceOf, type Interruption } from '../interruptions.ts'
import { clock, count, markup, type Content, type Markup } from './markup.ts'
import { roundUp, ticksOf, type Column } from './series.ts'

const WIDTH = 1_000
const HEIGHT = 190
const LEFT = 56
const RIGHT = 8
const TOP = 8
const BOTTOM = 24
const ACROSS = WIDTH - LEFT - RIGHT
const UP = HEIGHT - TOP - BOTTOM

export interface ChartInput {
  readonly columns: readonly Column[]
  readonly interruptions: readonly Interruption[]
  /** The session's length, milliseconds. */
  readonly lengthMs: number
}

interface Bars {
  readonly name: 'chats' | 'gifts' | 'likes'
  readonly title: string
  readonly unit: string
}

const short = (value: number): string => String(Math.round(value * 10) / 10)

/** From milliseconds and values to places in the picture. */
const scaleOf = ({ columns, lengthMs }: ChartInput, highest: number) => {
  const from = columns[0]?.from ?? 0
  const until = Math.max(
    lengthMs,
    ...columns.slice(-1).map((column) => column.from + column.minutes * 60_000),
  )
  const top = roundUp(highest)
  const span = Math.max(until - from, 1)
  return {
    top,
    x: (ms: number): string => short(LEFT + (Math.min(Math.max(ms - from, 0), span) / span) * ACROSS),
    width: (ms: number): string => short(Math.max((ms / span) * ACROSS, 0.5)),
    y: (value: number): string => short(TOP + UP - (value / top) * UP),
    height: (value: number): string => short((value / top) * UP),
  }
}
type Scale = ReturnType<typeof scaleOf>

const axes = (input: ChartInput, scale: Scale): Markup =>
  markup`${[0, scale.top / 2, scale.top].map(
    (
      value,
    ) => markup`<line class="${value === 0 ? 'axis' : 'grid'}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${scale.y(value)}" y2="${scale.y(value)}"/>
<text x="${LEFT - 8}" y="${scale.y(value)}" dy="4" text-anchor="end">${Number.isInteger(value) ? count(value) : short(value)}</text>`,
  )}${ticksOf(input.lengthMs).map(
    (ms) => markup`<text x="${scale.x(ms)}" y="${HEIGHT - 6}" text-anchor="middle">${clock(ms)}</text>`,
  )}`

const breaks = (input: ChartInput, scale: Scale): readonly Markup[] =>
  input.interruptions.map(
    (one) =>
      markup`<rect class="${one.kind}" x="${scale.x(one.from)}" y="${TOP}" width="${scale.width(one.to - one.from)}" height="${UP}"><title>${clock(one.from)}: ${sentenceOf(one)}</title></rect>`,
  )

const svg = (label: string, content: Content): Markup =>
  markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${content}</svg>`

const figure = (title: string, said: string, picture: Markup): Markup =>
  markup`<figure><figcaption>${title}<span>${said}</span></figcaption>${picture}</figure>\n`

const eachOf = (columns: readonly Column[]): string =>
  (columns[0]?.minutes ?? 1) === 1
    ? 'per minute'
    : `per minute, mean over ${lasting((columns[0]?.minutes ?? 1) * 60_000)}`

export const bars = (input: ChartInput, { name, title, unit }: Bars): Markup => {
  const best = input.columns.reduce<Column | null>((a, b) => (a === null || b[name] > a[name] ? b : a), null)
  const highest = best?.[name] ?? 0
  const scale = scaleOf(input, highest)
  const said = highest === 0 || best === null ? 'none' : `most at ${clock(best.from)}: ${short(highest)}`
  const columns = input.columns
    .filter((column) => column[name] > 0)
    .map(
      (column) =>
        markup`<rect class="${name}" x="${scale.x(column.from)}" y="${scale.y(column[name])}" width="${short(Math.max(Number(scale.width(column.minutes * 60_000)) - 0.6, 0.5))}" height="${scale.height(column[name])}"><title>${clock(column.from)}: ${short(column[name])} ${unit}</title></rect>`,
    )
  const label = `${title} ${eachOf(input.columns)}; ${said}`
  return figure(
    title,
    `${eachOf(input.columns)} · ${said}`,
    svg(label, [breaks(input, scale), axes(input, scale), columns]),
  )
}

/** Stretches of columns in which viewers were counted, each a line of its own. */
const runsOf = (columns: readonly Column[]): readonly (readonly Column[])[] => {
  const runs: Column[][] = [[]]
  for (const column of columns) {
    if (column.viewers === null) runs.push([])
    else runs.at(-1)?.push(column)
  }
  return runs.filter((run) => run.length > 0)
}

export const viewers = (input: ChartInput): Markup => {
  const best = input.columns.reduce<Column | null>((a, b) => ((b.peak ?? 0) > (a?.peak ?? 0) ? b : a), null)
  const scale = scaleOf(input, best?.peak ?? 0)
  const said = best === null ? 'not counted' : `most at ${clock(best.from)}: ${count(best.peak ?? 0)}`
  const middle = (column: Column): string => scale.x(column.from + column.minutes * 30_000)
  const lines = runsOf(input.columns).map((run) => {
    const first = run[0]
    const last = run.at(-1)
    if (first === undefined || last === undefined) return markup``
    const peaks = run
      .map((column) => `L${middle(column)} ${scale.y(column.peak ?? column.viewers ?? 0)}`)
      .join('')
    const means = run.map((column) => `${middle(column)} ${scale.y(column.viewers ?? 0)}`).join('L')
    return markup`<path class="viewers peak" d="M${middle(first)} ${scale.y(0)}${peaks}L${middle(last)} ${scale.y(0)}Z"/><path class="mean" d="M${means}"/>`
  })
  const touch = input.columns
    .filter(({ viewers: mean }) => mean !== null)
    .map(
      (column) =>
        markup`<rect class="touch" x="${scale.x(column.from)}" y="${TOP}" width="${scale.width(column.minutes * 60_000)}" height="${UP}"><title>${clock(column.from)}: ${count(column.viewers ?? 0)} on average, ${count(column.peak ?? column.viewers ?? 0)} at most</title></rect>`,
    )
  const label = `Viewers; ${said}`
  return figure(
    'Viewers',
    `mean and most · ${said}`,
    svg(label, [breaks(input, scale), axes(input, scale), lines, touch]),
  )
}

/** The hatching of gaps, once for all charts. */
export const HATCH = markup`<svg width="0" height="0" viewBox="0 0 0 0" aria-hidden="true"><defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" y2="8"/></pattern></defs></svg>`
