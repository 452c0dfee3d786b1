// Numbers and durations as text, the same everywhere: pure, and the language is read when it is called.

import { language } from '../state/preferences.ts'
import { t } from '../words/parts.ts'

const two = (n: number): string => String(n).padStart(2, '0')

/** `12 s`, `03:10`, `01:12:40`, `3 d 4 h`. */
export const durationText = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return t('seconds', { n: seconds })
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${two(minutes)}:${two(seconds % 60)}`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${two(hours)}:${two(minutes % 60)}:${two(seconds % 60)}`
  return t('daysHours', { d: Math.floor(hours / 24), h: hours % 24 })
}

/** What is left, to the nearest second: the clock it is counted by ticks once a second. */
export const leftText = (ms: number): string => durationText(Math.round(Math.max(0, ms) / 1000) * 1000)

/** The same as `datetime` of a `<time>` wants it. */
export const isoDuration = (ms: number): string => `PT${Math.max(0, Math.round(ms / 1000))}S`

const localeOf = (): string => (language.value === 'zh' ? 'zh-CN' : 'en-GB')
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()
const kept = <F extends Intl.NumberFormat | Intl.DateTimeFormat>(
  name: string,
  make: (locale: string) => F,
): F => {
  const key = `${localeOf()} ${name}`
  const known = formats.get(key) ?? make(localeOf())
  formats.set(key, known)
  return known as F
}

/** `12,345`. */
export const numberText = (n: number): string =>
  kept('number', (locale) => new Intl.NumberFormat(locale)).format(n)

/** `12.3K`, `1.2M`; below ten thousand it is written out. */
export const shortText = (n: number): string =>
  Math.abs(n) < 10_000
    ? numberText(Math.round(n))
    : kept(
        'short',
        (locale) =>
          // The British short forms are lower case, which reads as milli.
          new Intl.NumberFormat(locale === 'en-GB' ? 'en' : locale, {
            notation: 'compact',
            maximumFractionDigits: 1,
          }),
      ).format(n)

/** `0.4`, `31`: what happens a second. */
export const rateText = (n: number): string => (n > 0 && n < 9.95 ? n.toFixed(1) : numberText(Math.round(n)))

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `1.5 MB`, with thousands. */
export const bytesText = (bytes: number): string => {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power] ?? 'B'}`
}

const DAY_MS = 86_400_000
const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const

/** In the viewer's zone: `14:03:22` on the same day, `12 Nov, 14:03` in the same year, else with the year. */
export const timeText = (at: number, now: number): string => {
  const date = new Date(at)
  const today = new Date(now)
  if (Math.abs(now - at) < DAY_MS && date.getDate() === today.getDate()) {
    return kept('time', (locale) => new Intl.DateTimeFormat(locale, TIME)).format(date)
  }
  const isThisYear = date.getFullYear() === today.getFullYear()
  const day = {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  } as const
  return isThisYear
    ? kept('day', (locale) => new Intl.DateTimeFormat(locale, day)).format(date)
    : kept('year', (locale) => new Intl.DateTimeFormat(locale, { ...day, year: 'numeric' })).format(date)
}

/** For tooltips: `2026-11-22 05:45:15.120 UTC`. */
export const utcText = (at: number): string =>
  `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')} UTC`
