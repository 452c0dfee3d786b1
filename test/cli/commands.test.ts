import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { json, startFakeServer, TOKEN, type FakeServer } from './fake-server.ts'
import { run } from './run.ts'

let server: FakeServer
let folder: string
beforeEach(async () => {
  server = await startFakeServer()
  folder = await mkdtemp(join(tmpdir(), 'cli-'))
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const cli = (...args: readonly string[]) =>
  run(args, { ROOMKEEPER_URL: server.url, ROOMKEEPER_TOKEN: TOKEN, DATA_DIR: folder })

const ROOM = {
  id: 'r1',
  handle: 'maker',
  displayName: null,
  monitor: true,
  state: 'live.receiving',
  since: Date.UTC(2026, 0, 2),
  session: { id: 's4', counters: { events: 12 } },
  waiting: null,
  lastError: null,
  allowed: ['stop', 'end-session'],
}

describe('rooms', () => {
  it('lists every page of rooms as a table', async () => {
    server.answer = (asked, response) =>
      asked.query['cursor'] === undefined
        ? json({ items: [ROOM], next: 'abc' })(asked, response)
        : json({ items: [{ ...ROOM, handle: 'second', session: null, state: 'watching' }], next: null })(
            asked,
            response,
          )
    const { out, error } = await cli('rooms')
    expect(error).toBeNull()
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['HANDLE', 'STATE', 'SINCE', 'SESSION', 'EVENTS', 'WAITS FOR', 'LAST ERROR'],
      ['@maker', 'live.receiving', '2026-01-02 00:00:00Z', 's4', '12', '–', '–'],
      ['@second', 'watching', '2026-01-02 00:00:00Z', '–', '–', '–', '–'],
    ])
    expect(server.asked.map(({ query }) => query['cursor'])).toEqual([undefined, 'abc'])
  })

  it('prints what the server said for programs', async () => {
    server.answer = json({ items: [ROOM], next: null })
    for (const args of [
      ['rooms', 'list', '--json'],
      ['rooms', '--json'],
      ['--json', 'sessions'],
    ]) {
      expect(JSON.parse((await cli(...args)).out), args.join(' ')).toEqual({ items: [ROOM] })
    }
  })

  it('adds a room and shows its token', async () => {
    server.answer = json({ ...ROOM, ownerToken: 'rk_ow_once' }, 201)
    const { out } = await cli('rooms', 'add', '@maker', '--name', 'The Maker', '--paused')
    expect(out).toContain('rk_ow_once')
    expect(server.asked[0]).toMatchObject({
      method: 'POST',
      path: '/api/rooms',
      body: { handle: '@maker', displayName: 'The Maker', monitor: false },
    })
    expect(server.asked[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each([
    [['start', 'maker', '--force'], 'POST', '/api/rooms/maker/start', { force: true, wait: false }],
    [['stop', 'maker'], 'POST', '/api/rooms/maker/stop', {}],
    [['end-session', 'r1'], 'POST', '/api/rooms/r1/end-session', {}],
    [['release', 'r1'], 'POST', '/api/rooms/r1/release', {}],
    [['rename', 'r1', 'newer'], 'POST', '/api/rooms/r1/rename', { handle: 'newer' }],
    [['remove', 'a/../b', '--yes'], 'DELETE', '/api/rooms/a%2F..%2Fb', null],
  ] as const)('asks for %j', async (args, method, path, body) => {
    server.answer = json(ROOM)
    const { error, out } = await cli('rooms', ...args)
    expect(error).toBeNull()
    expect(out).not.toBe('')
    expect(server.asked).toMatchObject([{ method, path, body }])
  })

  it('says why a room is not recorded', async () => {
    server.answer = json({
      sentence: 'It is offline.',
      next: 'The next look is in a minute.',
      advice: null,
      evidence: { status: ROOM, lookedAt: Date.UTC(2026, 0, 2), nextLookAt: null },
    })
    const { out } = await cli('rooms', 'show', '@maker')
    expect((await cli('rooms', 'diagnose', '@maker')).out).toBe(out)
    expect(server.asked[0]?.path).toBe('/api/rooms/%40maker/diagnosis')
    expect(out).toContain('It is offline.')
    expect(out).toContain('live.receiving')
    expect(out).toContain('2026-01-02 00:00:00Z')
  })

  it('shows the session that is ending, and the last one', async () => {
    const shown = async (status: object) => {
      server.answer = json({ sentence: '', next: '', advice: null, evidence: { status } })
      return (await cli('rooms', 'show', '@maker')).out
    }
    expect(await shown({ ...ROOM, state: 'draining', lastSessionId: 's3' })).toMatch(
      /state +draining [^]*\nsession +s4\n[^]*\nlast session +s3\n/,
    )
    expect(await shown({ ...ROOM, state: 'cooldown', session: null, lastSessionId: 's4' })).toMatch(
      /\nsession +–\n[^]*\nlast session +s4\n/,
    )
  })

  it('does not remove without being sure, and asks nobody', async () => {
    const { error } = await cli('rooms', 'remove', 'maker')
    expect(error).toMatchObject({ exitCode: 2 })
    expect(server.asked).toEqual([])
  })
})

describe('sessions', () => {
  const SESSION = {
    id: 's4',
    handle: 'maker',
    broadcastId: '7123456789012345678',
    openedAt: Date.UTC(2026, 0, 2),
    endedAt: Date.UTC(2026, 0, 2, 1),
    archivedAt: Date.UTC(2026, 0, 2, 1),
    durationMs: 3_600_000,
    endReason: 'stream_end',
    counters: { received: 12, events: 9, duplicates: 2, poison: 1, chats: 5 },
  }

  it('lists those of a room, as many as asked for', async () => {
    server.answer = json({ items: [SESSION], next: 'more' })
    const { out } = await cli('sessions', 'list', '--room', '@maker', '--limit', '1')
    expect(out).toContain('01:00:00  stream_end')
    expect(server.asked).toHaveLength(1)
    expect(server.asked[0]?.query).toEqual({ room: '@maker', limit: '1' })
  })

  it('shows one with its receipt', async () => {
    server.answer = json(SESSION)
    const { out } = await cli('sessions', 'show', 's4')
    expect(out).toMatch(/received\s+12\n= stored\s+9\n\+ duplicates\s+2\n\+ unreadable\s+1/)
    expect(out).toContain('7123456789012345678')
  })

  it('shows a broadcast that is in several sessions as the one it was', async () => {
    const counters = { ...SESSION.counters, received: 30, events: 27 }
    const withFragments = { fragments: ['s5', 's6'], durationMs: 7_200_000, counters }
    server.answer = json({ ...SESSION, withFragments })
    const { out } = await cli('sessions', 'show', 's4')
    expect(out).toMatch(/length\s+02:00:00/)
    expect(out).toMatch(/= stored\s+27/)
    expect(out).toMatch(/fragments\s+s5, s6/)
  })

  it('lets no text from outside move the cursor or turn the line around', async () => {
    server.answer = json({ items: [{ ...SESSION, handle: 'a\u001b[2Jb\u202ec\nd\u0007' }], next: null })
    const { out } = await cli('sessions', 'list')
    expect(out).toContain('@a [2Jb c d')
    expect(out.split('\n')).toHaveLength(2)
  })
})

describe('maintenance', () => {
  it('says that a merge was taken back, not that something was merged', async () => {
    server.answer = json({ dryRun: false, merged: 0, undone: 2, logId: 5, sessions: [] })
    expect((await cli('merge', 'undo', '3')).out).toMatch(/^Taken back\./)
  })

  it('repairs named sessions, dry', async () => {
    server.answer = json({
      dryRun: true,
      checked: 2,
      found: 1,
      fixed: 0,
      findings: [{ sessionId: 's4', kind: 'counters', fixed: false, detail: 'chats 0 → 5' }],
    })
    const { out } = await cli('repair', 's4', 's5', '--dry-run')
    expect(server.asked[0]).toMatchObject({
      path: '/api/maintenance/repair',
      body: { dryRun: true, sessions: ['s4', 's5'] },
    })
    expect(out).toContain('Dry run: nothing was changed.')
    expect(out).toContain('chats 0 → 5')
  })

  it.each([
    [['sessions', 's1', 's2', 's3'], { what: 'sessions', into: 's1', from: ['s2', 's3'], dryRun: false }],
    [['broadcasts', '--room', 'maker', '--dry-run'], { what: 'broadcasts', room: 'maker', dryRun: true }],
    [['rooms', 'old', 'new', '-y'], { what: 'rooms', from: 'old', into: 'new', dryRun: false }],
    [['undo', '12'], { what: 'undo', logId: 12, dryRun: false }],
  ] as const)('merges %j', async (args, body) => {
    server.answer = json({
      dryRun: false,
      merged: 1,
      logId: 3,
      sessions: [{ sessionId: 's2', into: 's1', kind: 'fragment' }],
    })
    const { out, error } = await cli('merge', ...args)
    expect(error).toBeNull()
    expect(server.asked).toMatchObject([{ path: '/api/maintenance/merge', body }])
    expect(out).toContain('fragment')
  })

  it('prunes what it is told, once it is sure', async () => {
    server.answer = json({ dryRun: false, prunedSessions: 3, events: 1_000, more: true })
    const args = [
      'prune',
      '--older-than',
      '90d',
      '--empty-older-than',
      '12h',
      '--keep',
      '5',
      '--room',
      'maker',
    ]
    expect((await cli(...args)).error).toMatchObject({ exitCode: 2 })
    expect(server.asked).toEqual([])
    const { out } = await cli(...args, '--yes')
    expect(server.asked[0]?.body).toEqual({
      olderThanMs: 90 * 86_400_000,
      emptyOlderThanMs: 12 * 3_600_000,
      keepPerRoom: 5,
      room: 'maker',
      dryRun: false,
    })
    expect(out).toContain('run it again')
  })

  it('runs dry without being sure', async () => {
    server.answer = json({ dryRun: true, prunedSessions: 3 })
    expect((await cli('prune', '--older-than', '90d', '--dry-run')).error).toBeNull()
    expect((await cli('merge', 'rooms', 'a', 'b', '--dry-run')).error).toBeNull()
    expect(server.asked.map(({ body }) => body)).toMatchObject([{ dryRun: true }, { dryRun: true }])
  })

  it.each([['prune'], ['prune', '--older-than', '5x'], ['prune', '--keep', '-1']])(
    'refuses %j',
    async (...args) => {
      expect((await cli(...args)).error).not.toBeNull()
      expect(server.asked).toEqual([])
    },
  )
})

it('becomes the server or the demo, and asks nobody for it', async () => {
  expect(await cli('serve')).toMatchObject({ becoming: { next: 'serve' }, error: null })
  expect(await cli('demo')).toMatchObject({ becoming: { next: 'demo', args: [] }, error: null })
  expect(await cli('demo', '--keep')).toMatchObject({ becoming: { next: 'demo', args: ['--keep'] } })
  expect(server.asked).toEqual([])
})
