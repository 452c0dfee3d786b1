// No stream key leaves: canaries of a room and of the server, in everything that answers, is logged, counted,
// streamed, audited or left on the disk, also while the database fails and callers send nonsense.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { describe, expect, it } from 'vitest'
import { DbError } from '../../src/domain/errors.ts'
import { startDatabase } from '../_support/db.ts'
import { awkwardCanary, canary, leaks } from '../_support/product-secrets.ts'
import { startHarness, type Answered } from './harness.ts'
import { Listener } from './listener.ts'

describe('S22: stream keys', () => {
  it('S22: are in no answer, header, log, metric, stream, audit row or file, in no encoding and not in part', async ({
    onTestFinished,
  }) => {
    const secrets: Record<string, string> = {
      'a room’s youtube': awkwardCanary(),
      'its second youtube': awkwardCanary(),
      'a room’s studio': awkwardCanary(),
      'the server’s youtube': awkwardCanary(),
      'the server’s twitch': awkwardCanary(),
      'one that was refused': `no ${awkwardCanary()} x`,
      'one pasted into an address': canary(),
    }
    const of = (name: string): string => secrets[name] ?? ''
    const places: Record<string, string> = {}
    const said: string[] = []
    const original = { ...console }
    onTestFinished(() => void Object.assign(console, original))
    for (const name of ['log', 'error', 'info', 'warn', 'debug'] as const) {
      console[name] = (...parts: unknown[]) =>
        void said.push(parts.map((part) => JSON.stringify(part) ?? String(part)).join(' '))
    }
    const db = await startDatabase()
    onTestFinished(() => db.remove())
    let failures = 0
    let failing = false
    const trouble = () => {
      failures += 1
      return failures % 2 === 0
        ? Effect.die(new Error('the disk is on fire'))
        : Effect.fail(new DbError({ kind: 'io', outcome: 'failed', message: 'disk' }))
    }
    const database: typeof db.database = {
      ...db.database,
      read: (...args) => (failing ? trouble() : db.database.read(...args)),
      write: (...args) => (failing ? trouble() : db.database.write(...args)),
    }
    const h = await startHarness({
      db: { ...db, database },
      defaults: {
        youtube: { url: null, key: Redacted.make(of('the server’s youtube')) },
        twitch: { url: null, key: Redacted.make(of('the server’s twitch')) },
      },
    })
    onTestFinished(() => h.stop())
    const { id, token } = await h.addRoom('keyed.room')
    const stream = new Listener(`${h.url}/api/stream`, { authorization: `Bearer ${token}` })
    await stream.until('a stream', ({ status }) => status === 200)

    const keep = (name: string, { status, headers, text }: Answered): number => {
      places[name] = `${status} ${JSON.stringify([...headers])}\n${text}`
      return status
    }
    const put = async (platform: string, body: object): Promise<number> => {
      const answer = await h.ask('PUT', `/api/rooms/${id}/destinations/${platform}`, { token, body })
      return keep(`PUT ${platform} ${Object.keys(places).length}`, answer)
    }
    const pasted = of('one pasted into an address')
    expect(await put('youtube', { key: of('a room’s youtube') })).toBe(200)
    expect(await put('youtube', { key: of('its second youtube') })).toBe(200)
    expect(await put('studio', { url: 'rtmp://ingest.example.org/live', key: of('a room’s studio') })).toBe(
      200,
    )
    expect(await put('youtube', { key: of('one that was refused') })).toBe(422)
    expect(await put('youtube', { [of('one that was refused')]: 1 })).toBe(422)
    expect(await put('youtube', { source: { type: 'room', [pasted]: 1 } })).toBe(422)
    expect(await put('studio', { url: `rtmp://ingest.example.org/live/${pasted}`, key: pasted })).toBe(422)
    expect(await put('studio', { url: `rtmp://u:${pasted}@ingest.example.org/live` })).toBe(422)
    expect(await put('studio', { url: `rtmp://evil.example.org/live?x=${pasted}` })).toBe(422)
    expect(await put(pasted, { key: pasted })).toBe(422)
    keep(
      'POST a platform that is a key',
      await h.ask('POST', '/api/live/start', { token, body: { room: id, platforms: [pasted] } }),
    )
    keep(
      'POST a room that is a key',
      await h.ask('POST', '/api/live/start', { token, body: { room: pasted, platforms: 'both' } }),
    )
    keep(
      'retry of a key',
      await h.ask('POST', `/api/rooms/${id}/destinations/${encodeURIComponent(pasted)}/retry`, { token }),
    )

    failing = true
    expect(await put('youtube', { key: of('a room’s youtube') })).toBeGreaterThanOrEqual(500)
    expect(await put('studio', { key: of('a room’s studio') })).toBeGreaterThanOrEqual(500)
    failing = false
    expect(failures).toBeGreaterThanOrEqual(2)
    expect(said.join('\n')).toContain('a request failed')

    keep(
      'POST start',
      await h.ask('POST', '/api/live/start', { token, body: { room: id, platforms: ['youtube', 'studio'] } }),
    )
    keep('DELETE on air', await h.ask('DELETE', `/api/rooms/${id}/destinations/youtube`, { token }))
    for (const { method, path, ticket } of h.http.operations) {
      if (method !== 'GET' || ticket === true) continue
      const filled = path
        .replace(':room', id)
        .replace(':platform', 'youtube')
        .replace(':actor', `egress:${id}:youtube`)
        .replace(/:[a-z]+/g, 's1')
      keep(`GET ${filled} as operator`, await h.ask('GET', filled))
      keep(`GET ${filled} as owner`, await h.ask('GET', filled, { token }))
    }
    keep('rotate', await h.ask('POST', '/api/maintenance/rotate', { body: {} }))
    await stream.until('the facts', ({ messages }) =>
      messages.some(({ data }) => data.includes('destination.changed')),
    )
    places['the stream'] = JSON.stringify([stream.messages, stream.body])
    places['the log'] = said.join('\n')
    for (const file of readdirSync(dirname(db.path))) {
      places[`the file ${file}`] = readFileSync(join(dirname(db.path), file), 'latin1')
    }

    // All of it was there to be found: the destinations, the audit, the write-ahead log.
    expect(places[`GET /api/rooms/${id}/destinations/youtube as owner`]).toContain('"key_set":true')
    expect(places['GET /api/audit as operator']).toContain('destination.set')
    expect(places['the file roomkeeper.db-wal']).toContain('gcm1.v1.')
    expect(leaks(secrets, places)).toEqual([])
    // And it would be found.
    for (const form of [
      of('a room’s youtube').slice(0, 8),
      JSON.stringify({ x: of('a room’s youtube') }),
      Buffer.from(of('the server’s twitch')).toString('base64'),
      encodeURIComponent(of('a room’s studio')),
    ]) {
      expect(leaks(secrets, { here: `x${form}y` })).toHaveLength(1)
    }
  }, 400_000)
})
