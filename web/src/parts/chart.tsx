// A series over time, drawn on a canvas by uPlot: its colours come from the page, its cursor is shared with the charts
// beside it, and a stretch can be chosen with the pointer. The figures are also there for those who do not see it: a
// sentence here, and the caller's table.

import type { Signal } from '@preact/signals'
import { effect } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import './language-tag.ts'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { language, theme } from '../state/preferences.ts'
import { shortText } from './figures.ts'
import './charts.css'

export interface ChartPoint {
  /** Milliseconds UTC. */
  readonly at: number
  readonly value: number | null
}

export interface ChartProps {
  /** Says what it shows and how it goes: it is read out instead of the picture. */
  readonly label: string
  readonly points: readonly ChartPoint[]
  /** A count in a stretch of time is steps, a level is a line. */
  readonly kind: 'steps' | 'line'
  /** The class that gives its colour: `chart-a` to `chart-d`. */
  readonly tone: 'a' | 'b' | 'c' | 'd'
  /** What is shown of time, milliseconds UTC. */
  readonly from: number
  readonly to: number
  /** Where the pointer is, on this chart or another one with the same signal. */
  readonly pointed: Signal<number | null>
  /** Whether it has the times below it. */
  readonly hasAxis?: boolean
  readonly height?: number
  readonly onChoose?: ((from: number, to: number) => void) | undefined
}

const SYNC = 'time'
const AXIS = 22

const inkOf = (element: Element | null): string =>
  element === null ? '#888' : getComputedStyle(element).color

const faded = (ink: string, part: number): string => {
  const numbers = /rgba?\(([\d.]+),? ([\d.]+),? ([\d.]+)/.exec(ink)
  return numbers === null ? 'transparent' : `rgba(${numbers[1]}, ${numbers[2]}, ${numbers[3]}, ${part})`
}

const dataOf = (points: readonly ChartPoint[]): uPlot.AlignedData => [
  points.map(({ at }) => at / 1_000),
  points.map(({ value }) => value),
]

const optionsOf = (host: HTMLElement, width: number, props: () => ChartProps): uPlot.Options => {
  const { kind, height = 84, hasAxis = false, onChoose, pointed } = props()
  const quiet = (): string => inkOf(host.querySelector('.chart-quiet'))
  const line = (): string => inkOf(host.querySelector('.chart-lines'))
  const paths = kind === 'steps' ? uPlot.paths.stepped?.({ align: 1 }) : uPlot.paths.linear?.()
  const font = `11px ${getComputedStyle(host).fontFamily}`
  return {
    width,
    height: height + (hasAxis ? AXIS : 0),
    padding: [6, 18, hasAxis ? 0 : 4, 0],
    legend: { show: false },
    scales: {
      x: { time: true, range: () => [props().from / 1_000, props().to / 1_000] },
      y: { range: (_u, _min, most) => [0, Math.max(1, (most ?? 1) * 1.08)] },
    },
    axes: [
      {
        show: hasAxis,
        stroke: quiet,
        font,
        size: AXIS,
        gap: 3,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        values: (_u, splits, _axis, _space, step) =>
          splits.map((at) => {
            const date = new Date(at * 1_000)
            const time = date.toTimeString()
            return step >= 86_400
              ? date.toLocaleDateString(language.peek(), { day: 'numeric', month: 'short' })
              : time.slice(0, step < 60 ? 8 : 5)
          }),
      },
      {
        stroke: quiet,
        font,
        size: 44,
        gap: 4,
        space: 28,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        values: (_u, splits) => splits.map((value) => (Number.isInteger(value) ? shortText(value) : '')),
      },
    ],
    cursor: {
      y: false,
      sync: { key: SYNC },
      drag: { x: onChoose !== undefined, y: false, setScale: false },
      points: { size: 6, fill: () => inkOf(host), stroke: () => inkOf(host) },
    },
    series: [
      {},
      {
        stroke: () => inkOf(host),
        fill: () => faded(inkOf(host), kind === 'steps' ? 0.28 : 0.12),
        width: 1.5,
        points: { show: false },
        ...(paths !== undefined && { paths }),
      },
    ],
    hooks: {
      setCursor: [
        (u) => {
          const at = u.cursor.idx === null || u.cursor.idx === undefined ? undefined : u.data[0][u.cursor.idx]
          pointed.value = at === undefined ? null : at * 1_000
        },
      ],
      setSelect: [
        (u) => {
          const { left, width: chosen } = u.select
          if (chosen > 2)
            props().onChoose?.(u.posToVal(left, 'x') * 1_000, u.posToVal(left + chosen, 'x') * 1_000)
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
    },
  }
}

export const Chart = (props: ChartProps) => {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const now = useRef(props)
  now.current = props

  useLayoutEffect(() => {
    const element = host.current
    if (element === null) return
    const width = Math.max(120, element.clientWidth)
    const made = new uPlot(
      optionsOf(element, width, () => now.current),
      dataOf(now.current.points),
      element,
    )
    plot.current = made
    const observer = new ResizeObserver(() => {
      const next = Math.max(120, element.clientWidth)
      if (next !== made.width) made.setSize({ width: next, height: made.height })
    })
    observer.observe(element)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const redraw = (): void => made.redraw(false, true)
    dark.addEventListener('change', redraw)
    const dispose = effect(() => {
      // The document has the new theme once the effects of this change are done.
      if (theme.value !== null && language.value !== null) queueMicrotask(redraw)
    })
    return () => {
      dispose()
      dark.removeEventListener('change', redraw)
      observer.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [props.kind, props.hasAxis, props.height, props.onChoose === undefined])

  useEffect(() => {
    plot.current?.setData(dataOf(props.points))
  }, [props.points, props.from, props.to])

  return (
    <div class={`chart chart-${props.tone}`} role="img" aria-label={props.label} ref={host}>
      <span class="chart-quiet" hidden />
      <span class="chart-lines" hidden />
    </div>
  )
}
