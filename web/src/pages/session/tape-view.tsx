// The tape as it is seen: states as ground, gaps hatched, what happened as marks; with `onChoose` a stretch of it can
// be chosen by pointer or keyboard. What is where is worked out in `tape.ts` and `brush.ts`.

import { useSignal } from '@preact/signals'
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { durationText, utcText } from '../../parts/figures.ts'
import { now } from '../../state/clock.ts'
import { states } from '../../words/states.ts'
import { t } from '../../words/session-page.ts'
import { sayOr } from '../../words/words.ts'
import { dragged, grasp, pressed, released, type Drag } from './brush.ts'
import { sentenceOf, whyOf } from './fact-line.ts'
import { clockText, dayText } from './line.tsx'
import type { Entry, Minute, Span } from './shapes.ts'
import { nextMark, tapeOf, type Mark } from './tape.ts'
import { momentAt, placeOf, ticks } from './time-axis.ts'
import './tape.css'

/** Marks nearer than this to each other are one: they are as wide. */
const APART_PX = 22
const EDGE_PX = 8
const DAY_MS = 86_400_000
/** Up to this much is told to the second. */
const SHORT_MS = 300_000

const percent = (place: number): string => `${(100 * place).toFixed(3)}%`

const areaOf = (minutes: readonly Minute[], span: Span): string | null => {
  const seen = minutes.filter(
    ({ viewersMax, at }) => viewersMax !== null && at <= span.to && at >= span.from - 60_000,
  )
  const most = Math.max(1, ...seen.map(({ viewersMax }) => viewersMax ?? 0))
  if (seen.length < 2) return null
  const points = seen.map(
    ({ at, viewersMax }) =>
      `${(1000 * placeOf(at, span)).toFixed(1)} ${(100 - (92 * (viewersMax ?? 0)) / most).toFixed(1)}`,
  )
  const [first = '0 100'] = points
  return `M${first.split(' ')[0]} 100L${points.join('L')}L${points.at(-1)?.split(' ')[0] ?? '1000'} 100Z`
}

export const stretchText = (span: Span): string =>
  t('chosen', {
    from: clockText(span.from),
    to: clockText(span.to),
    length: durationText(span.to - span.from),
  })

const Marks = ({
  marks,
  opened,
  onOpen,
}: {
  readonly marks: readonly Mark[]
  readonly opened: Entry | null
  readonly onOpen: (entries: readonly Entry[]) => void
}) => {
  const reached = useSignal(0)
  const host = useRef<HTMLDivElement>(null)
  const walk = (event: KeyboardEvent): void => {
    const index = nextMark(event.key, Math.min(reached.value, marks.length - 1), marks.length)
    if (index === null) return
    event.preventDefault()
    reached.value = index
    host.current?.querySelectorAll<HTMLElement>('.tape-mark')[index]?.focus()
  }
  return (
    <div class="tape-marks" role="group" aria-label={t('facts')} ref={host} onKeyDown={walk}>
      {marks.map((mark, index) => {
        const [first] = mark.entries
        const count = mark.entries.length > 1 ? String(mark.entries.length) : ''
        const says = `${clockText(first?.at ?? 0)} ${mark.entries.slice(0, 3).map(sentenceOf).join(' · ')}`
        const isOpen = opened !== null && mark.entries.includes(opened)
        return (
          <button
            key={`${first?.at} ${first?.name}`}
            type="button"
            class={`tape-mark tape-${mark.tone}`}
            style={{ insetInlineStart: percent(mark.place) }}
            tabIndex={index === Math.min(reached.value, marks.length - 1) ? 0 : -1}
            aria-pressed={isOpen}
            aria-label={count === '' ? says : `${count}: ${says}`}
            title={says}
            onFocus={() => void (reached.value = index)}
            onClick={() => onOpen(mark.entries)}
          >
            {mark.entries.length > 1 && <span aria-hidden="true">{mark.entries.length}</span>}
          </button>
        )
      })}
    </div>
  )
}

export interface TapeViewProps {
  readonly entries: readonly Entry[]
  readonly minutes?: readonly Minute[]
  readonly whole: Span
  readonly chosen?: Span | null
  readonly onChoose?: ((span: Span | null) => void) | undefined
  readonly opened: Entry | null
  readonly onOpen: (entries: readonly Entry[]) => void
}

export const TapeView = (props: TapeViewProps) => {
  const { entries, minutes = [], whole, chosen = null, onChoose, opened, onOpen } = props
  const track = useRef<HTMLDivElement>(null)
  const drag = useRef<Drag | null>(null)
  /** What is being drawn, before it is let go. */
  const drawing = useSignal<Span | null>(null)
  const width = useSignal(1_000)
  useLayoutEffect(() => {
    const element = track.current
    if (element === null) return
    const observer = new ResizeObserver(() => void (width.value = Math.max(1, element.clientWidth)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const apart = APART_PX / width.value
  const tape = useMemo(() => tapeOf(entries, whole, apart), [entries, whole.from, whole.to, apart])
  const area = useMemo(() => areaOf(minutes, whole), [minutes, whole.from, whole.to])
  const offset = -new Date(whole.from).getTimezoneOffset() * 60_000
  const span = drawing.value ?? chosen
  const isLong = whole.to - whole.from > DAY_MS
  const isShort = whole.to - whole.from < SHORT_MS

  const momentOf = (event: PointerEvent): number => {
    const box = track.current?.getBoundingClientRect()
    return box === undefined || box.width === 0
      ? whole.from
      : momentAt((event.clientX - box.left) / box.width, whole)
  }
  const down = (event: PointerEvent): void => {
    if (onChoose === undefined || event.button !== 0) return
    drag.current = grasp(momentOf(event), chosen, ((whole.to - whole.from) * EDGE_PX) / width.value)
    track.current?.setPointerCapture(event.pointerId)
  }
  const moved = (event: PointerEvent): void => {
    if (drag.current !== null) drawing.value = dragged(drag.current, momentOf(event), whole)
  }
  const up = (event: PointerEvent): void => {
    const held = drag.current
    drag.current = null
    drawing.value = null
    if (held !== null) onChoose?.(released(held, momentOf(event), whole))
  }
  /** The browser took the pointer to scroll with: nothing was meant to be chosen. */
  const cancelled = (): void => {
    drag.current = null
    drawing.value = null
  }
  const keyed = (event: KeyboardEvent): void => {
    if (onChoose === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const next = pressed(event.key, { shift: event.shiftKey, large: event.shiftKey }, chosen, whole)
    if (next === undefined) return
    event.preventDefault()
    onChoose(next)
  }
  const slider =
    onChoose === undefined
      ? {}
      : ({
          role: 'slider',
          tabIndex: 0,
          'aria-label': t('tapeLabel'),
          'aria-valuemin': 0,
          'aria-valuemax': 100,
          'aria-valuenow': span === null ? 0 : Math.round(100 * placeOf(span.from, whole)),
          'aria-valuetext': span === null ? t('chosenNone') : stretchText(span),
          title: t('tapeHelp'),
        } as const)
  return (
    <div class="tape">
      <Marks marks={tape.marks} opened={opened} onOpen={onOpen} />
      <div
        ref={track}
        class={onChoose === undefined ? 'tape-track' : 'tape-track tape-brush'}
        {...slider}
        onPointerDown={down}
        onPointerMove={moved}
        onPointerUp={up}
        onPointerCancel={cancelled}
        onKeyDown={keyed}
      >
        {tape.grounds.map(({ place, width, state }) => (
          <span
            key={`${place} ${state}`}
            class="tape-ground"
            data-state={state}
            title={sayOr(states, state)}
            style={{ insetInlineStart: percent(place), width: percent(width) }}
          />
        ))}
        {area !== null && (
          <svg class="tape-area" viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
            <path d={area} />
          </svg>
        )}
        {tape.pauses.map(({ place, width, entry }) => (
          <span
            key={entry.at}
            class="tape-pause"
            title={`${sentenceOf(entry)} · ${durationText((entry.until ?? now.value) - entry.at)}`}
            style={{ insetInlineStart: percent(place), width: percent(width) }}
          />
        ))}
        {tape.gaps.map(({ place, width, entry }) => (
          // With the keyboard a gap is reached by the mark of its beginning, and in the list of gaps.
          <span
            key={`${entry.at} ${entry.name}`}
            class="tape-gap"
            title={`${sentenceOf(entry)} · ${durationText((entry.until ?? now.value) - entry.at)}`}
            style={{ insetInlineStart: percent(place), width: percent(width) }}
            onPointerDown={(event) => event.stopPropagation()}
            onClick={() => onOpen([entry])}
          />
        ))}
        {span !== null && (
          <>
            <span
              class="tape-veil"
              style={{ insetInlineStart: '0', width: percent(placeOf(span.from, whole)) }}
            />
            <span
              class="tape-veil"
              style={{ insetInlineStart: percent(placeOf(span.to, whole)), insetInlineEnd: '0' }}
            />
            <span
              class="tape-chosen"
              style={{
                insetInlineStart: percent(placeOf(span.from, whole)),
                width: percent(placeOf(span.to, whole) - placeOf(span.from, whole)),
              }}
            />
          </>
        )}
      </div>
      <div class="tape-ticks" aria-hidden="true">
        {ticks(whole, Math.max(2, Math.min(9, Math.floor(width.value / 110))), offset).map(
          ({ at, place }) => (
            <span key={at} class="tape-tick" title={utcText(at)} style={{ insetInlineStart: percent(place) }}>
              {isLong ? dayText(at) : clockText(at).slice(0, isShort ? 8 : 5)}
            </span>
          ),
        )}
      </div>
      <ul class="unseen">
        {tape.gaps.map(({ entry }) => (
          <li key={entry.at}>
            {clockText(entry.at)} {sentenceOf(entry)} {whyOf(entry)}
          </li>
        ))}
      </ul>
    </div>
  )
}
