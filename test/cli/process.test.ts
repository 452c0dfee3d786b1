// The command line as people start it: by its bin, with its exit codes.

import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { json, startFakeServer, TOKEN, type FakeServer } from './fake-server.ts'

const bin = fileURLToPath(new URL('../../bin/roomkeeper.mjs', import.meta.url))

let server: FakeServer
let folder: string
beforeAll(async () => {
  server = await startFakeServer()
  folder = await mkdtemp(join(tmpdir(), 'cli-process-'))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ROOMKEEPER_URL: server.url, ROOMKEEPER_TOKEN: TOKEN, ...env },
  })
  const texts = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString()))
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...texts })))
  return { child, ended }
}
const ran = (args: readonly string[], env?: Readonly<Record<string, string>>) => start(args, env).ended

describe('the process', () => {
  it('gives help and its version without a server', async () => {
    const [help, version] = await Promise.all([ran(['--help']), ran(['--version'])])
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const command of ['serve', 'demo', 'rooms', 'sessions', 'export', 'repair', 'merge', 'prune']) {
      expect(help.out).toContain(command)
    }
    expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/\d+\.\d+\.\d+/) as string })
  })

  it('completes itself in the shells people use', async () => {
    const all = await Promise.all(['bash', 'zsh', 'fish'].map((shell) => ran(['--completions', shell])))
    for (const { code, out } of all) {
      expect(code).toBe(0)
      expect(out).toContain('end-session')
    }
  })

  it('ends with the code that says what was wrong', async () => {
    server.answer = json({ items: [], next: null })
    const [fine, unknown, missing, nobody, stranger] = await Promise.all([
      ran(['rooms', 'list']),
      ran(['room', 'list']),
      ran(['rooms', 'add']),
      ran(['rooms', 'list'], { ROOMKEEPER_URL: 'http://127.0.0.1:1' }),
      ran(['rooms', 'list'], { ROOMKEEPER_TOKEN: 'another-token' }),
    ])
    expect([fine, unknown, missing, nobody, stranger].map((ended) => ended?.code)).toEqual([0, 2, 2, 3, 4])
    expect(unknown?.err).toContain('rooms')
    expect(nobody?.err).toContain('No server answers')
    expect(stranger?.err).toContain('[unauthorized]')
    expect(stranger?.err + (stranger?.out ?? '')).not.toContain('another-token')
  })

  it('writes an export to standard output, and nothing but it', async () => {
    server.answer = (_, response) =>
      void response.writeHead(200, { 'x-total-rows': '2' }).end('{"id":"1"}\n{"id":"2"}\n')
    expect(await ran(['export', 's1', '--out', '-'])).toEqual({
      code: 0,
      out: '{"id":"1"}\n{"id":"2"}\n',
      err: '',
    })
  })

  it('interrupted while it exports, removes what it began and ends as interrupted', async () => {
    server.answer = (_, response) => {
      response.writeHead(200, { 'x-total-rows': '2' })
      response.write('{"id":"1"}\n')
    }
    const { child, ended } = start(['export', 's1', '--out', 'half.ndjson'])
    const parts = async () => (await readdir(folder)).filter((name) => name.endsWith('.part'))
    await expect.poll(parts, { timeout: 30_000 }).toHaveLength(1)
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
    expect(await parts()).toEqual([])
  })
})
