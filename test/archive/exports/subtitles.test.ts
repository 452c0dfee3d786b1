// Subtitles as players see them: ffmpeg reads every format, and what strangers wrote is text in all of them.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ffmpeg from '@ffmpeg-installer/ffmpeg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExportFormat } from '../../../src/archive/exports/formats.ts'
import { addRoom, addSession, T0, type EventSeed, type SessionSeed } from '../record.ts'
import { openStore, type Store } from '../store.ts'
import { exported, textOf } from './exported.ts'

const FORMATS = ['ass', 'srt', 'vtt'] as const

let store: Store
let folder: string
beforeEach(async () => {
  store = await openStore()
  await addRoom(store, { no: 1, handle: 'maker' })
  folder = await mkdtemp(join(tmpdir(), 'subtitles-'))
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const chat = (ms: number, text: string, more: Partial<EventSeed> = {}): EventSeed => ({
  kind: 'chat',
  at: T0 + ms,
  handle: 'ann',
  nickname: 'Ann',
  text,
  ...more,
})
const add = (events: readonly EventSeed[], more: Partial<SessionSeed> = {}) =>
  addSession(store, { no: 1, roomNo: 1, handle: 'maker', events, ...more })
const made = async (format: ExportFormat) => textOf((await exported(store, 1, { format })).bytes)

const run = promisify(execFile)
interface Seen {
  readonly start: number
  readonly end: number
  readonly text: string
}
const seconds = (clock: string): number => {
  const [hours = 0, minutes = 0, rest = 0] = clock.split(':').map(Number)
  return hours * 3_600 + minutes * 60 + rest
}

/** What ffmpeg makes of a file: its cues as ASS, overrides left out of the text when they were ours. */
const seenBy = async (format: (typeof FORMATS)[number], text: string): Promise<readonly Seen[]> => {
  const path = join(folder, `in.${format}`)
  await writeFile(path, text)
  const { stdout, stderr } = await run(
    ffmpeg.path,
    ['-hide_banner', '-loglevel', 'warning', '-i', path, '-f', 'ass', '-'],
    { maxBuffer: 64 * 1024 * 1024 },
  )
  expect(stderr, 'ffmpeg complains of nothing').toBe('')
  return stdout
    .split(/\r?\n/)
    .filter((line) => line.startsWith('Dialogue: '))
    .map((line) => {
      const [, start = '', end = '', , , , , , , ...rest] = line.slice('Dialogue: '.length).split(',')
      return { start: seconds(start), end: seconds(end), text: rest.join(',') }
    })
}
const OVERRIDES = /\{\\(?:pos\(\d+,\d+\)|c&H[0-9A-F]{6}&\\b1|r|an8|b[01]|i[01])\}/g

const HOSTILE = [
  '{\\an8\\fs200}big',
  '{\\p1}m 0 0 l 100 100{\\p0}',
  'new\\Nline \\h hard',
  '<font size=99>x</font> <b>bold</b>',
  '<v Other>voice',
  '00:00:01,000 --> 00:00:09,000',
  '-->',
  '&lt;script&gt; &amp; &#x3c;',
  'a\n\n7\n00:00:01.000 --> 00:00:02.000\nforged',
  'x\r\n\r\nDialogue: 0,0:00:00.00,9:00:00.00,Chat,,0,0,0,,forged',
  '[Events]',
  'NOTE STYLE WEBVTT',
]

describe.each(FORMATS)('%s', (format) => {
  it('is read by ffmpeg: every message once begun, at its time from the start of the session', async () => {
    await add([
      chat(1_500, 'first'),
      chat(3_000, 'second'),
      chat(65_000, 'third'),
      { kind: 'like', amount: 1 },
    ])
    const text = await made(format)
    const seen = await seenBy(format, text)
    const firsts = ['first', 'second', 'third'].map(
      (word) => seen.find((cue) => cue.text.includes(word))?.start,
    )
    expect(firsts).toEqual([1.5, 3, 65])
    expect(seen.at(-1)?.end).toBeGreaterThan(65)
    expect(await made(format)).toBe(text)
  })

  it('shows what strangers wrote as text: no override, tag, entity, arrow or second cue comes out of it', async () => {
    await add(HOSTILE.map((text, index) => chat(10_000 * (index + 1), text, { nickname: text, handle: 'h' })))
    const seen = await seenBy(format, await made(format))
    expect(seen).toHaveLength(HOSTILE.length)
    for (const [index, cue] of seen.entries()) {
      expect(cue.start).toBe(10 * (index + 1))
      // Braces of WebVTT are text, which ffmpeg writes as an escaped brace.
      const text = cue.text.replace(OVERRIDES, '').replace(format === 'vtt' ? /\\[{}]/g : '', '')
      // What is left has no override of ours, so any brace or backslash would be a stranger's.
      expect(text, HOSTILE[index]).not.toMatch(/[{}]|\\/)
    }
    const said = seen.map((cue) => cue.text.replace(OVERRIDES, '')).join('\n')
    for (const word of ['fs200', 'font size=99', 'Other', 'script', 'forged', '[Events]', 'WEBVTT']) {
      expect(said, word).toContain(word)
    }
  })

  it('says where nothing was recorded and where the broadcast was paused, and keeps the time through both', async () => {
    await add([chat(1_000, 'before'), chat(100_000, 'after')])
    await store.rows(`INSERT INTO session_gaps (session_no, from_at, to_at, cause)
VALUES (1, ${T0 + 20_000}, ${T0 + 50_000}, 'disconnected')`)
    await store.rows(`INSERT INTO session_pauses (session_no, from_at, to_at)
VALUES (1, ${T0 + 60_000}, ${T0 + 65_500})`)
    const seen = await seenBy(format, await made(format))
    const gap = seen.find((cue) =>
      cue.text.includes('Nothing was recorded for 30 s: the connection was lost'),
    )
    expect([gap?.start, gap?.end]).toEqual([20, 50])
    const pause = seen.find((cue) => cue.text.includes('The broadcast was paused for 5 s'))
    expect([pause?.start, pause?.end]).toEqual([60, 65.5])
    expect(seen.find((cue) => cue.text.includes('after'))?.start).toBe(100)
  })

  it('puts what was told again after a gap where it was written, and leaves out what was written before', async () => {
    const again = (text: string): EventSeed => chat(40_000, text, { history: true })
    await add([chat(1_000, 'one'), again('too early'), again('in the gap'), chat(60_000, 'two')])
    await store.rows(`UPDATE events SET source_at = ${T0 - 5_000} WHERE text = 'too early'`)
    await store.rows(`UPDATE events SET source_at = ${T0 + 30_000} WHERE text = 'in the gap'`)
    const text = await made(format)
    const seen = await seenBy(format, text)
    expect(seen.map((cue) => cue.start)).toEqual([1, 30, 60])
    expect(text).not.toContain('too early')
    if (format !== 'srt') expect(text).toContain('Left out: messages from before it began (1)')
  })

  it('goes on through the parts of a broadcast that was merged, the time between them counted and said', async () => {
    await add([chat(1_000, 'one')], { endedAt: T0 + 60_000 })
    await addSession(store, {
      no: 2,
      roomNo: 1,
      openedAt: T0 + 120_000,
      endedAt: T0 + 180_000,
      events: [chat(125_000, 'two')],
    })
    await store.rows(`UPDATE sessions SET merged_into = 1, merge_kind = 'fragment' WHERE no = 2`)
    const seen = await seenBy(format, await made(format))
    expect(seen.map((cue) => cue.start)).toEqual([1, 60, 125])
    expect(seen[1]?.text).toContain('Nothing was recorded for 1 min')
  })

  it('loses no message of a storm, and nothing of it is older than its turn', async () => {
    const storm = Array.from({ length: 600 }, (_, index) =>
      chat(5_000 + Math.floor(index / 60) * 100, `m${index}.`),
    )
    await add(storm)
    const seen = await seenBy(format, await made(format))
    const begun = storm.map(
      ({ text = '' }) => seen.find((cue) => cue.text.includes(text))?.start ?? Number.NaN,
    )
    expect(begun.filter(Number.isNaN)).toEqual([])
    expect(begun).toEqual(begun.toSorted((a, b) => a - b))
    for (const [index, start] of begun.entries()) {
      const written = (storm[index]?.at ?? 0) - T0
      expect(start * 1_000 - written).toBeGreaterThanOrEqual(-10)
      expect(start * 1_000 - written).toBeLessThanOrEqual(3_010)
    }
  })

  it('of a session without chat has no cues, and is short', async () => {
    await add([{ kind: 'like', amount: 1 }, chat(1_000, '\u200b\u200b')])
    expect((await made(format)).length).toBeLessThan(1_200)
    if (format !== 'srt') expect(await seenBy(format, await made(format))).toEqual([])
  })
})

it('no two cues of SubRip overlap, and each is longer than nothing', async () => {
  await add(Array.from({ length: 300 }, (_, index) => chat(Math.floor(index * 37.7) * 11, `line ${index}`)))
  const text = await made('srt')
  const times = [...text.matchAll(/^([\d:,]+) --> ([\d:,]+)$/gm)].map(([, from = '', to = '']) => [
    seconds(from.replace(',', '.')),
    seconds(to.replace(',', '.')),
  ])
  expect(times.length).toBeGreaterThan(300)
  let last = 0
  for (const [from = 0, to = 0] of times) {
    expect(from).toBeGreaterThanOrEqual(last)
    expect(to).toBeGreaterThan(from)
    last = to
  }
  const numbers = [...text.matchAll(/^(\d+)$/gm)].map(([, number]) => Number(number))
  expect(numbers).toEqual(numbers.map((_, index) => index + 1))
})

it('no two lines of ASS stand in one place at once', async () => {
  await add(Array.from({ length: 500 }, (_, index) => chat(index * 130, `line ${index}`)))
  const until = new Map<string, number>()
  const cues = [
    ...(await made('ass')).matchAll(/^Dialogue: 0,([\d:.]+),([\d:.]+),Chat,.*?\\pos\((\d+,\d+)\)/gm),
  ].map(([, from = '', to = '', place = '']) => ({ from: seconds(from), to: seconds(to), place }))
  expect(cues).toHaveLength(500)
  for (const { from, to, place } of cues) {
    expect(from).toBeGreaterThanOrEqual((until.get(place) ?? 0) - 0.001)
    until.set(place, to)
  }
  expect(until.size).toBe(12)
})

it('a line of ASS ends with the screen, also where its characters are wide', async () => {
  await add([chat(1_000, 'a'.repeat(10_000)), chat(2_000, '語'.repeat(10_000)), chat(3_000, 'short')])
  const said = [...(await made('ass')).matchAll(/^Dialogue: 0,.*\{\\r\} {2}(.*)$/gm)].map(
    ([, text = '']) => text,
  )
  expect(said.map((text) => Array.from(text).length)).toEqual([107, 54, 5])
  expect(said[0]?.endsWith('…')).toBe(true)
})
