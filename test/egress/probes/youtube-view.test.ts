// What YouTube's answers mean: every word that it has for a stream and for the broadcast that shows it.

import { describe, expect, it } from 'vitest'
import { youtubeView } from '../../../src/egress/probes/youtube-view.ts'
import { streamsIn, type YouTubeStream } from '../../../src/egress/probes/youtube-answers.ts'

const stream = (
  streamStatus: string,
  health: string | null = null,
  configurationIssues: readonly unknown[] = [],
): YouTubeStream => ({
  id: 'stream',
  status: {
    streamStatus,
    ...(health !== null && { healthStatus: { status: health, configurationIssues } }),
  },
})
const view = (given: YouTubeStream, lifeCycle: string | null = null) =>
  youtubeView(given, lifeCycle, 7, (text) => text.replaceAll('secret', '***'))
const codes = (given: YouTubeStream, lifeCycle: string | null = null) => {
  const { state, issues } = view(given, lifeCycle)
  return [state, ...issues.map(({ code, severity }) => `${severity} ${code}`)]
}

describe('YouTube is live', () => {
  it.each([
    ['active', 'live', ['live']],
    ['active', null, ['not_live', 'warning not_shown']],
    ['active', 'liveStarting', ['not_live', 'info broadcast_starting']],
    ['active', 'testStarting', ['not_live', 'info broadcast_testing']],
    ['active', 'testing', ['not_live', 'info broadcast_testing']],
    ['active', 'ready', ['not_live', 'warning not_shown']],
    ['active', 'complete', ['not_live', 'warning not_shown']],
    ['active', 'constructor', ['not_live', 'warning not_shown']],
    ['created', null, ['not_live', 'warning no_data']],
    ['ready', null, ['not_live', 'warning no_data']],
    ['inactive', 'live', ['not_live', 'warning no_data']],
    ['error', 'live', ['not_live', 'error stream_error']],
    ['somethingNew', 'live', ['unknown']],
  ] as const)('a stream that is %s with a broadcast that is %s: %j', (status, lifeCycle, expected) => {
    expect(codes(stream(status), lifeCycle)).toEqual(expected)
    expect(view(stream(status), lifeCycle).observedAt).toBe(7)
  })
})

describe('the health of a stream', () => {
  it.each([
    ['good', []],
    ['ok', []],
    ['noData', []],
    ['bad', ['warning health_bad']],
    ['revoked', ['error stream_revoked']],
    ['toString', []],
  ] as const)('that YouTube calls %s: %j', (health, expected) => {
    expect(codes(stream('active', health), 'live')).toEqual(['live', ...expected])
  })

  it('has YouTube’s configuration issues with their severity, under names like all others', () => {
    const issues = [
      { type: 'videoBitrateLow', severity: 'warning', reason: 'low', description: 'Raise it to 4500 Kbps.' },
      { type: 'audioBitrateHigh', severity: 'info', reason: 'It is high.' },
      { type: 'videoIngestionStarved', severity: 'error', description: '' },
      { type: 'gopSizeOver', severity: 'catastrophe', description: 'a\u0000b\n  c secret' },
      { type: 'videoBitrateLow', severity: 'warning', reason: 'low', description: 'Raise it to 4500 Kbps.' },
      { severity: 'error', description: 'without a type' },
      'no issue at all',
    ]
    expect(view(stream('active', 'bad', issues), 'live').issues).toEqual([
      { severity: 'warning', code: 'health_bad', text: expect.any(String) },
      { severity: 'warning', code: 'video_bitrate_low', text: 'Raise it to 4500 Kbps.' },
      { severity: 'info', code: 'audio_bitrate_high', text: 'It is high.' },
      { severity: 'error', code: 'video_ingestion_starved', text: 'YouTube gives no details.' },
      { severity: 'warning', code: 'gop_size_over', text: 'a b   c ***' },
    ])
  })

  it('is cut when there is too much of it', () => {
    const issues = Array.from({ length: 500 }, (_, n) => ({
      type: `${'x'.repeat(500)}${n}`,
      severity: 'error',
      description: 'd'.repeat(5_000),
    }))
    const many = Array.from({ length: 500 }, (_, n) => ({
      type: `issue${n}`,
      description: 'd'.repeat(5_000),
    }))
    expect(view(stream('active', 'bad', issues), 'live').issues.length).toBe(2)
    const { issues: shown } = view(stream('active', 'bad', many), 'live')
    expect(shown.length).toBe(20)
    expect(Math.max(...shown.map(({ text }) => text.length))).toBe(300)
  })
})

it('items that are no streams are passed over, and what is no list is none', () => {
  const good = { id: 'a', status: { streamStatus: 'active' } }
  const page = streamsIn({ items: [good, { id: 7 }, null, 'x', { id: 'b' }], nextPageToken: 'next' })
  expect(page).toEqual({ items: [good], next: 'next' })
  for (const body of [undefined, null, [], 'text', {}, { items: 'none' }]) expect(streamsIn(body)).toBeNull()
})
