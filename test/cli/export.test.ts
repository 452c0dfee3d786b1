import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EXPORT_FORMATS } from '../../src/archive/exports/formats.ts'
import { FORMATS } from '../../src/cli/export-body.ts'
import { Progress } from '../../src/cli/progress.ts'
import { startFakeServer, TOKEN, type Answer, type FakeServer } from './fake-server.ts'
import { run } from './run.ts'

let server: FakeServer
let folder: string
beforeEach(async () => {
  server = await startFakeServer()
  folder = await mkdtemp(join(tmpdir(), 'cli-export-'))
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const cli = (args: readonly string[], signal?: AbortSignal) =>
  run(['export', ...args], { ROOMKEEPER_URL: server.url, ROOMKEEPER_TOKEN: TOKEN }, signal)

const ROWS = ['{"id":"1"}\n', '{"id":"2"}\n{"id":', '"3"}\n']

const head = (response: ServerResponse, total: number, name = 'maker-s4.ndjson') =>
  response.writeHead(200, {
    'content-type': 'application/x-ndjson',
    'content-disposition': `attachment; filename="${name}"`,
    'x-total-rows': String(total),
  })

const rows =
  (chunks: readonly string[], total: number, name?: string): Answer =>
  (_, response) => {
    head(response, total, name)
    for (const chunk of chunks) response.write(chunk)
    response.end()
  }

describe('an export', () => {
  it('is written under the name the server gives, and nothing else is left', async () => {
    server.answer = rows(ROWS, 3)
    const { err, error } = await cli(['s4', '--out', folder])
    expect(error).toBeNull()
    expect(await readdir(folder)).toEqual(['maker-s4.ndjson'])
    expect(await readFile(join(folder, 'maker-s4.ndjson'), 'utf8')).toBe(ROWS.join(''))
    expect(err).toContain('3 rows')
    expect(server.asked[0]).toMatchObject({ path: '/api/sessions/s4/export', query: { format: 'ndjson' } })
  })

  it('takes format, kinds and the name of the file', async () => {
    server.answer = rows(['id,text\r\n', '1,a\r\n'], 1)
    const out = join(folder, 'chat.csv')
    expect((await cli(['s4', '-f', 'csv', '--kinds', 'chat,gift', '-o', out])).error).toBeNull()
    expect(await readFile(out, 'utf8')).toBe('id,text\r\n1,a\r\n')
    expect(server.asked[0]?.query).toEqual({ format: 'csv', kind: 'chat,gift' })
  })

  it('replaces an older file only once it is whole', async () => {
    const out = join(folder, 'x.ndjson')
    server.answer = rows(ROWS, 3)
    await cli(['s4', '-o', out])
    server.answer = (_, response) => {
      head(response, 3)
      response.write(ROWS[0], () => response.destroy())
    }
    const { error } = await cli(['s4', '-o', out])
    expect(error).toMatchObject({ exitCode: 5, message: expect.stringContaining('broke off') as string })
    expect(await readFile(out, 'utf8')).toBe(ROWS.join(''))
    expect(await readdir(folder)).toEqual(['x.ndjson'])
  })

  it('does not take fewer rows than were announced for the whole', async () => {
    server.answer = rows(ROWS, 4)
    const { error } = await cli(['s4', '-o', folder])
    expect(error).toMatchObject({ message: 'The export broke off after 3 of 4 rows. No file was left.' })
    expect(await readdir(folder)).toEqual([])
  })

  it('interrupted, leaves nothing behind', async () => {
    const abort = new AbortController()
    let fired = 0
    server.answer = (_, response) => {
      head(response, 3)
      response.write(ROWS[0], () => {
        fired += 1
        abort.abort()
      })
    }
    await cli(['s4', '-o', folder], abort.signal)
    expect(fired).toBe(1)
    expect(await readdir(folder)).toEqual([])
  })

  it('trusts no name that leads out of the folder', async () => {
    server.answer = rows(ROWS, 3, '../../evil')
    expect((await cli(['s4', '-o', folder])).error).toBeNull()
    expect(await readdir(folder)).toEqual(['s4.ndjson'])
  })

  it('says when the file cannot be written', async () => {
    server.answer = rows(ROWS, 3)
    const { error } = await cli(['s4', '-o', join(folder, 'no', 'such', 'folder.ndjson')])
    expect(error).toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('cannot be written') as string,
    })
  })

  it('of a session that does not exist writes nothing', async () => {
    server.answer = (_, response) =>
      void response
        .writeHead(404, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify({ code: 'session_unknown', title: 'There is no such session' }))
    expect((await cli(['s9', '-o', folder])).error).toMatchObject({ exitCode: 1 })
    expect(await readdir(folder)).toEqual([])
  })
})

const COMPRESSED = [
  ['gz', gzipSync],
  ['zst', zstdCompressSync],
] as const

describe('an export that is no text', () => {
  const send =
    (body: Uint8Array, total: number, name: string): Answer =>
    (_, response) => {
      head(response, total, name)
      response.end(body)
    }

  it.each(COMPRESSED)(
    'counts the rows inside %s, and takes no part of it for the whole',
    async (end, compress) => {
      const whole = compress(Buffer.from(ROWS.join('').repeat(5_000)))
      server.answer = send(whole, 15_000, `a.ndjson.${end}`)
      const { err, error } = await cli(['s4', '-f', `ndjson.${end}`, '-o', folder])
      expect(error).toBeNull()
      expect(err).toContain('15000 rows in')
      expect(Buffer.compare(await readFile(join(folder, `a.ndjson.${end}`)), whole)).toBe(0)
      for (const body of [whole.subarray(0, -9), compress(Buffer.from(ROWS[0] ?? ''))]) {
        server.answer = send(body, 15_000, `b.ndjson.${end}`)
        expect((await cli(['s4', '-f', `ndjson.${end}`, '-o', folder])).error).toMatchObject({ exitCode: 5 })
      }
      expect(await readdir(folder)).toEqual([`a.ndjson.${end}`])
    },
  )

  it('knows how Parquet and a report end', async () => {
    for (const [format, whole] of [
      ['parquet', 'PAR1 columns PAR1'],
      ['html', '<!doctype html></html>\n'],
    ] as const) {
      server.answer = send(Buffer.from(whole), 3, `a.${format}`)
      expect((await cli(['s4', '-f', format, '-o', folder])).error).toBeNull()
      server.answer = send(Buffer.from(whole.slice(0, -3)), 3, `b.${format}`)
      expect((await cli(['s4', '-f', format, '-o', folder])).error).toMatchObject({
        message: expect.stringContaining('broke off') as string,
      })
    }
    expect(await readdir(folder)).toEqual(['a.html', 'a.parquet'])
  })

  it('knows every format that the server has, and no other', () => {
    expect([...FORMATS]).toEqual(EXPORT_FORMATS)
  })
})

const bytes = (text: string) => new TextEncoder().encode(text)
const progressOf = (total: number | null, lines: number | null, estimate: number | null = null) =>
  new Progress({ total, head: lines, estimate, draws: false })

describe('progress', () => {
  it('counts rows by their line ends, the header left out', () => {
    const progress = progressOf(3, 1)
    for (const chunk of ['head\r\n1\r', '\n2\r\n', '3\r\n']) progress.count(bytes(chunk))
    expect(progress.rows).toBe(3)
    expect(progress.isComplete()).toBe(true)
  })

  it('draws how far it is', () => {
    const progress = progressOf(4, 0)
    progress.count(bytes('1\n'))
    expect(progress.line()).toBe(`${'█'.repeat(8)}${'░'.repeat(22)} 25 %  1 of 4 rows  0.0 MB`)
    expect(progressOf(0, 0).line()).toContain('100 %')
    expect(progressOf(null, 0).line()).toBe('0 rows  0.0 MB')
  })

  it('draws bytes of about how many, where there are no rows, and is never done before it is', () => {
    const progress = progressOf(4, null, 2_000_000)
    progress.see(new Uint8Array(1_000_000))
    expect(progress.line()).toBe(`${'█'.repeat(15)}${'░'.repeat(15)} 50 %  1.0 MB of about 2.0 MB`)
    progress.see(new Uint8Array(3_000_000))
    expect(progress.line()).toContain(' 99 %')
    expect(progressOf(4, null).line()).toContain('0.0 MB')
  })
})
