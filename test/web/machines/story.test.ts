import { describe, expect, it } from 'vitest'
import {
  activeIn,
  contextAfter,
  contextAt,
  entryAt,
  edgesBetween,
  edgesOf,
  isQuiet,
  STORY_MAX,
  withEntry,
  withOlder,
} from '../../../web/src/pages/machines/story.ts'
import type { Entry } from '../../../web/src/pages/machines/types.ts'

const entry = (seq: number | null, part: Partial<Entry> = {}): Entry => ({
  seq,
  at: 1_000 + (seq ?? 0),
  lastAt: 1_000 + (seq ?? 0),
  count: 1,
  event: 'room.start',
  kind: 'event',
  from: 'off',
  to: 'watching',
  transitions: [],
  actions: [],
  changes: [],
  payload: null,
  ...part,
})

const changed = (seq: number, field: string, before: unknown, after: unknown): Entry =>
  entry(seq, { changes: [{ field, before, after }] })

describe('a history', () => {
  it('takes what is new and leaves out what is known', () => {
    const story = [entry(1), entry(2)]
    expect(withEntry(story, entry(2))).toBe(story)
    expect(withEntry(story, entry(3)).map(({ seq }) => seq)).toEqual([1, 2, 3])
  })

  it('lets what is heard again count up in one place', () => {
    const quiet = { event: 'session.counted', from: 'live', to: 'live', at: 5 }
    const story = [entry(1), entry(2, quiet), entry(3, { ...quiet, event: 'other', at: 6 })]
    const after = withEntry(story, entry(4, { ...quiet, count: 2, lastAt: 9 }))
    expect(after.map(({ seq, count }) => [seq, count])).toEqual([
      [1, 1],
      [3, 1],
      [4, 2],
    ])
  })

  it('is bounded from either end', () => {
    const long = Array.from({ length: STORY_MAX }, (_, index) => entry(index + 1))
    expect(withEntry(long, entry(STORY_MAX + 1))).toHaveLength(STORY_MAX)
    expect(withEntry(long, entry(STORY_MAX + 1)).at(-1)?.seq).toBe(STORY_MAX + 1)
    expect(withOlder(long, [entry(null)]).at(-1)?.seq).toBe(STORY_MAX)
  })

  it('puts an older page, which comes newest first, before what is known', () => {
    const story = withOlder([entry(1)], [entry(null, { at: 20 }), entry(null, { at: 10 })])
    expect(story.map(({ at }) => at)).toEqual([10, 20, 1_001])
  })

  it('gives back what was remembered at each step, and after the next one', () => {
    const story = [
      changed(1, 'attempt', 0, 1),
      changed(2, 'attempt', 1, 2),
      changed(3, 'paused', false, true),
    ]
    const now = { attempt: 2, paused: true }
    expect(contextAt(story, 2, now)).toEqual(now)
    expect(contextAt(story, 1, now)).toEqual({ attempt: 2, paused: false })
    expect(contextAt(story, 0, now)).toEqual({ attempt: 1, paused: false })
    expect(contextAfter(now, changed(4, 'attempt', 2, 3))).toEqual({ attempt: 3, paused: true })
    expect(contextAfter(null, story[0] ?? entry(1))).toBeNull()
  })

  it('knows what was being done at a moment', () => {
    const story = [entry(1), entry(2), entry(3, { from: 'live', to: 'live' })]
    expect(entryAt(story, 1_002)?.seq).toBe(2)
    expect(entryAt(story, 9_999)?.seq).toBe(2)
    expect(entryAt(story, 1_000)).toBeNull()
  })

  it('calls quiet what led nowhere, and never a failure or a beginning', () => {
    const stays = { from: 'live', to: 'live' }
    expect(isQuiet(entry(1, stays))).toBe(true)
    expect(isQuiet(entry(1, { ...stays, kind: 'failed' }))).toBe(false)
    expect(isQuiet(entry(1, { ...stays, actions: ['persistCooldown'] }))).toBe(false)
    expect(isQuiet(changed(1, 'attempt', 0, 1))).toBe(false)
  })
})

describe('a picture', () => {
  const label = { x: 0, y: 0, width: 1, height: 1, lines: [] }
  const edge = (id: string, from: string, to: string, transitions: readonly number[]) => ({
    id,
    from,
    to,
    transitions,
    path: '',
    label,
  })
  const box = { name: '', parent: null, isCompound: false, runs: [], x: 0, y: 0, width: 1, height: 1 }
  const picture = {
    edges: [
      edge('a', 'live', 'draining', [1, 2]),
      edge('b', 'live.receiving', 'live.paused', [3]),
      edge('c', 'archiving.writing', 'archived', [4]),
      edge('d', 'archived', 'cooldown', [5]),
      edge('e', 'any', 'idle', [6]),
    ],
    states: [
      { ...box, id: 'archived', isTransient: true },
      { ...box, id: 'cooldown', isTransient: false },
    ],
  }

  it('knows the lines of transitions', () => {
    expect([...edgesOf(picture, [2, 5])]).toEqual(['a', 'd'])
    expect([...edgesOf(picture, [0, 99])]).toEqual([])
  })

  it('finds the lines between two states, of a parent and through what is left at once', () => {
    expect([...edgesBetween(picture, 'live.receiving', 'draining')]).toEqual(['a'])
    expect([...edgesBetween(picture, 'archiving.writing', 'cooldown')]).toEqual(['c', 'd'])
    expect([...edgesBetween(picture, 'live', 'idle')]).toEqual(['e'])
    expect([...edgesBetween(picture, null, 'idle')]).toEqual([])
    expect([...edgesBetween(picture, 'cooldown', 'draining')]).toEqual([])
  })

  it('lights a state with what it is inside of', () => {
    expect([...activeIn('live.paused')]).toEqual(['live', 'live.paused'])
  })
})
