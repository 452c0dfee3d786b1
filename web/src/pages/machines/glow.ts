// Lines that were just taken: they glow and fade, and a line that is taken again glows anew.

import { signal, type ReadonlySignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'

/** As long as the animation in drawing.css. */
export const GLOW_MS = 2_600

export interface Glow {
  readonly lit: ReadonlySignal<ReadonlyMap<string, number>>
  readonly light: (edges: Iterable<string>) => void
  readonly stop: () => void
}

export const makeGlow = (): Glow => {
  const lit = signal<ReadonlyMap<string, number>>(new Map())
  const timers = new Set<ReturnType<typeof setTimeout>>()
  let times = 0
  return {
    lit,
    light: (edges) => {
      const ids = [...edges]
      if (ids.length === 0) return
      times += 1
      const mine = times
      lit.value = new Map([...lit.peek(), ...ids.map((id) => [id, mine] as const)])
      const timer = setTimeout(() => {
        timers.delete(timer)
        lit.value = new Map([...lit.peek()].filter(([, time]) => time !== mine))
      }, GLOW_MS)
      timers.add(timer)
    },
    stop: () => {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}

export const useGlow = (key: string): Glow => {
  const glow = useMemo(makeGlow, [key])
  useEffect(() => glow.stop, [glow])
  return glow
}
