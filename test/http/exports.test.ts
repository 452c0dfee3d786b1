// Exports over HTTP: every format as an answer, how large each was said to be, and who may have them.

import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXPORT_FORMATS, FORMATS, type ExportFormat } from '../../src/archive/exports/formats.ts'
import { makeExporter } from '../../src/archive/exports/exporter-live.ts'
import { until } from '../_support/db.ts'
import { OPERATOR, startHarness, type Harness } from './harness.ts'
import { seedSession, T0 } from './seed.ts'

const EVENTS = 4_000

let h: Harness
let room: { readonly id: string; readonly token: string }
beforeAll(async () => {
  h = await startHarness()
  room = await h.addRoom('export.room')
  await seedSession(h, {
    no: 1,
    roomId: room.id,
    events: EVENTS,
    text: (seq) => `message number ${seq}, and some more`,
  })
  await h.db.write({
    statements: [
      { sql: `UPDATE events SET at = ?1 + (id & 67108863) * 500`, args: [T0] },
      {
        sql: `UPDATE sessions SET ended_at = ?1 + ?2 * 500, last_at = ?1 + ?2 * 500, chats = ?2`,
        args: [T0, EVENTS],
      },
    ],
  })
}, 400_000)
afterAll(() => h.stop())

interface Menu {
  readonly sessionId: string
  readonly formats: readonly {
    readonly format: ExportFormat
    readonly content: string
    readonly fileName: string
    readonly rows: number
    readonly estimatedBytes: number
  }[]
}

const get = async (query: string, token: string = OPERATOR) => {
  const response = await fetch(`${h.url}/api/sessions/s1/export?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return { response, bytes: Buffer.from(await response.arrayBuffer()) }
}

const START: Partial<Record<ExportFormat, string>> = {
  ndjson: '{"id":',
  csv: 'id,sessionId,',
  parquet: 'PAR1',
  ass: '\u00ef\u00bb\u00bf[Script Info]',
  srt: '1\n00:00:00,500 --> ',
  vtt: 'WEBVTT\n',
  html: '<!doctype html>',
}

describe('exports over HTTP', () => {
  it(
    'have every format, each with its type and name, about as large as was said',
    { timeout: 60_000 },
    async () => {
      const { json } = await h.ask('GET', '/api/sessions/s1/exports')
      const menu = json as unknown as Menu
      expect(menu.formats.map(({ format }) => format)).toEqual(EXPORT_FORMATS)
      for (const { format, fileName, rows, estimatedBytes } of menu.formats) {
        const { response, bytes } = await get(`format=${format}`)
        expect(response.status, format).toBe(200)
        expect(response.headers.get('content-type')).toBe(FORMATS[format].contentType)
        expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${fileName}"`)
        expect(fileName.endsWith(`-s1.${format}`)).toBe(true)
        expect([rows, response.headers.get('x-total-rows')]).toEqual([EVENTS, String(EVENTS)])
        expect(response.headers.get('x-estimated-bytes')).toBe(String(estimatedBytes))
        const ratio = estimatedBytes / bytes.length
        expect(ratio, `${format}: ${estimatedBytes} said, ${bytes.length} were`).toBeGreaterThan(1 / 3)
        expect(ratio, `${format}: ${estimatedBytes} said, ${bytes.length} were`).toBeLessThan(3)
        const start = START[format]
        if (start !== undefined) expect(bytes.toString('latin1').startsWith(start), format).toBe(true)
      }
    },
  )

  it('are compressed as files, not as a coding of the answer, which a client would take off', async () => {
    const plain = (await get('format=ndjson')).bytes
    const gz = await get('format=ndjson.gz')
    expect(gz.response.headers.get('content-encoding')).toBeNull()
    expect(Buffer.compare(gunzipSync(gz.bytes), plain)).toBe(0)
    expect(Buffer.compare(zstdDecompressSync((await get('format=ndjson.zst')).bytes), plain)).toBe(0)
  })

  it('leave nothing behind when their client leaves half way', async () => {
    await seedSession(h, { no: 2, roomId: room.id, events: 8_000, text: () => 'x'.repeat(3_000) })
    const own = makeExporter({ url: `file:${h.db.path}`, authToken: null })
    const other = await startHarness({ db: h.db, limits: { exports: 1 }, deps: { exporter: own.exporter } })
    for (const format of ['ndjson', 'csv'] as const) {
      const leaving = new AbortController()
      const response = await fetch(`${other.url}/api/sessions/s2/export?format=${format}`, {
        headers: { authorization: `Bearer ${OPERATOR}` },
        signal: leaving.signal,
      })
      const reader = response.body?.getReader()
      await reader?.read()
      expect(own.exporter.running()).toBe(1)
      const { text } = await other.ask('GET', '/metrics', { token: null })
      expect(text).toContain('\nroomkeeper_exports_running 1\n')
      leaving.abort()
      await until('its thread is gone', () => own.exporter.running() === 0)
    }
    const next = await other.ask('GET', '/api/sessions/s1/export?format=vtt')
    expect(next.status).toBe(200)
    await own.close()
    await other.stop()
  })

  it('take kinds where they hold events, and refuse them where they do not', async () => {
    const head = await h.ask('HEAD', '/api/sessions/s1/export?format=parquet&kind=gift')
    expect([head.status, head.headers.get('x-total-rows')]).toEqual([200, '0'])
    for (const format of ['ass', 'srt', 'vtt', 'html']) {
      const { status, json } = await h.ask('GET', `/api/sessions/s1/export?format=${format}&kind=chat`)
      expect([status, json['code'], json['field']], format).toEqual([400, 'query_invalid', '/kind'])
    }
  })

  it('are for the operator and the owner of the room; for others there is no such session', async () => {
    const other = await h.addRoom('another.room')
    for (const path of ['export?format=html', 'exports']) {
      expect((await h.ask('GET', `/api/sessions/s1/${path}`, { token: room.token })).status).toBe(200)
      expect((await h.ask('GET', `/api/sessions/s1/${path}`, { token: other.token })).status).toBe(404)
      expect((await h.ask('GET', `/api/sessions/s1/${path}`, { token: null })).status).toBe(401)
    }
  })

  it('are no page of this origin: what is saved is not shown, and what is shown runs nothing', async () => {
    const { response } = await get('format=html')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })
})
