// A picture that can be moved and zoomed: by mouse, by touch and by keyboard. What is drawn on it is given.

import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { IconButton } from '../../parts/button.tsx'
import { t } from '../../words/machines.ts'
import type { Box } from './types.ts'
import { centred, fitted, isSeen, moved, zoomed, type Size, type View } from './view.ts'

const STEP = 48
const FACTOR = 1.25
/** A picture whose words would be smaller than this part of their size begins at what is active. */
const READABLE = 0.7

interface Pointer {
  readonly x: number
  readonly y: number
}

const distance = ([a, b]: readonly Pointer[]): number =>
  a === undefined || b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y)

const middle = (pointers: readonly Pointer[]): Pointer => ({
  x: pointers.reduce((sum, { x }) => sum + x, 0) / Math.max(1, pointers.length),
  y: pointers.reduce((sum, { y }) => sum + y, 0) / Math.max(1, pointers.length),
})

export const Canvas = ({
  name,
  says,
  picture,
  focus,
  children,
}: {
  /** What it shows, for whoever cannot see it. */
  readonly name: string
  readonly says: string
  readonly picture: Size
  /** What is active: kept in sight when it changes. */
  readonly focus: Box | null
  readonly children: ComponentChildren
}) => {
  const frame = useRef<HTMLDivElement>(null)
  const size = useSignal<Size>({ width: 0, height: 0 })
  const view = useSignal<View | null>(null)
  const pointers = useRef(new Map<number, Pointer>())
  const help = useId()

  const fit = (): void => {
    if (size.peek().width > 0) view.value = fitted(picture, size.peek())
  }
  const change = (next: (from: View) => View): void => {
    const from = view.peek()
    if (from !== null) view.value = next(from)
  }
  const zoom = (factor: number, at: Pointer | null = null): void =>
    change((from) => {
      const { width, height } = size.peek()
      return zoomed(from, factor, at ?? { x: width / 2, y: height / 2 }, picture, size.peek())
    })
  const toFocus = (): void => {
    if (focus !== null) change((from) => centred(focus, from, picture, size.peek()))
  }

  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const observer = new ResizeObserver(([entry]) => {
      const box = entry?.contentRect
      if (box === undefined || box.width === 0) return
      const isFirst = view.peek() === null
      size.value = { width: box.width, height: box.height }
      if (!isFirst) return
      fit()
      if ((view.peek()?.scale ?? 1) < READABLE) toFocus()
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useEffect(() => {
    if (size.peek().width > 0) fit()
  }, [picture.width, picture.height])

  useEffect(() => {
    const from = view.peek()
    if (focus !== null && from !== null && !isSeen(focus, from, size.peek())) toFocus()
  }, [focus?.x, focus?.y])

  // A listener that may refuse the page's own scrolling cannot be set by an attribute.
  useEffect(() => {
    const element = frame.current
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      const box = element?.getBoundingClientRect()
      zoom(Math.exp(-event.deltaY / 300), {
        x: event.clientX - (box?.left ?? 0),
        y: event.clientY - (box?.top ?? 0),
      })
    }
    element?.addEventListener('wheel', wheel, { passive: false })
    return () => element?.removeEventListener('wheel', wheel)
  }, [picture])

  const at = (event: PointerEvent): Pointer => {
    const box = frame.current?.getBoundingClientRect()
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) }
  }
  const down = (event: PointerEvent): void => {
    if (event.button !== 0 || (event.target as Element).closest('button') !== null) return
    frame.current?.setPointerCapture(event.pointerId)
    pointers.current.set(event.pointerId, at(event))
  }
  const move = (event: PointerEvent): void => {
    if (!pointers.current.has(event.pointerId)) return
    const before = [...pointers.current.values()]
    pointers.current.set(event.pointerId, at(event))
    const after = [...pointers.current.values()]
    const [from, to] = [middle(before), middle(after)]
    change((now) => moved(now, to.x - from.x, to.y - from.y, picture, size.peek()))
    if (after.length > 1 && distance(before) > 0) zoom(distance(after) / distance(before), to)
  }
  const up = (event: PointerEvent): void => void pointers.current.delete(event.pointerId)

  const pressed = (event: KeyboardEvent): void => {
    if (event.target !== frame.current || event.ctrlKey || event.metaKey || event.altKey) return
    const by = (dx: number, dy: number) => () => change((from) => moved(from, dx, dy, picture, size.peek()))
    const act = {
      ArrowLeft: by(STEP, 0),
      ArrowRight: by(-STEP, 0),
      ArrowUp: by(0, STEP),
      ArrowDown: by(0, -STEP),
      '+': () => zoom(FACTOR),
      '=': () => zoom(FACTOR),
      '-': () => zoom(1 / FACTOR),
      '0': fit,
    }[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  }

  const { x, y, scale } = view.value ?? { x: 0, y: 0, scale: 0 }
  return (
    <div
      ref={frame}
      class="canvas"
      tabIndex={0}
      role="group"
      aria-label={name}
      aria-describedby={help}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onKeyDown={pressed}
    >
      <svg class="canvas-picture" role="img" aria-label={says}>
        <g transform={`translate(${-x * scale} ${-y * scale}) scale(${scale})`}>{children}</g>
      </svg>
      <p id={help} class="unseen">
        {t('pictureHelp')}
      </p>
      <div class="canvas-tools">
        <IconButton icon="plus" label={t('zoomIn')} onClick={() => zoom(FACTOR)} />
        <IconButton icon="minus" label={t('zoomOut')} onClick={() => zoom(1 / FACTOR)} />
        <IconButton icon="whole" label={t('zoomFit')} onClick={fit} />
        {focus !== null && <IconButton icon="target" label={t('toActive')} onClick={toFocus} />}
      </div>
    </div>
  )
}
