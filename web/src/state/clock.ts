// The one clock that every duration on the page counts by: it ticks once a second, on the server's second, and not
// at all while nobody looks.

import { signal } from '@preact/signals'
import { heard } from '../api/fetch.ts'

/** A Date header is whole seconds, so less than this says nothing. */
const SURE_MS = 1_500

/** What is to be added to this device's clock to have the server's. */
let offsetMs = 0

/** The server's clock, milliseconds UTC, exactly now. */
export const serverNow = (): number => Date.now() + offsetMs

/** The same, as of the last tick: reading it in a component makes it count. */
export const now = signal(serverNow())

heard.date = (serverMs, sentMs, cameMs) => {
  if (!Number.isFinite(serverMs)) return
  // The header was cut down to its second, somewhere between the request and the answer.
  const offset = serverMs + 500 - (sentMs + cameMs) / 2
  if (Math.abs(offset - offsetMs) > SURE_MS) offsetMs = Math.abs(offset) > SURE_MS ? offset : 0
}

let timer: ReturnType<typeof setTimeout> | undefined

const tick = (): void => {
  clearTimeout(timer)
  now.value = serverNow()
  if (document.hidden) return
  timer = setTimeout(tick, 1_000 - (now.value % 1_000) + 5)
}

/** Begins to tick; once, when the page starts. */
export const startClock = (): void => {
  document.addEventListener('visibilitychange', tick)
  tick()
}
