// The command line against the product itself, on a record that was made before it started.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../_support/free-port.ts'
import { addRoom, addSession, T0, type EventSeed } from '../archive/record.ts'
import { openStore } from '../archive/store.ts'
import { run } from './run.ts'

const bin = fileURLToPath(new URL('../../bin/roomkeeper.mjs', import.meta.url))
const NOWHERE = 'http://127.0.0.1:1'

/** Resolves once the process says on standard output what it is waiting for. */
const says = (child: ReturnType<typeof spawn>, what: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes(what)) resolve()
    })
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)))
  })

const chats = (count: number): readonly EventSeed[] =>
  Array.from({ length: count }, (_, index) => ({ kind: 'chat', text: `message ${index}`, userId: 7n }))

let folder: string
let env: Readonly<Record<string, string>>
let server: ReturnType<typeof spawn>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-app-'))
  const store = await openStore(join(folder, 'roomkeeper.db'))
  await addRoom(store, { no: 1, handle: 'maker' })
  await store.rows('UPDATE rooms SET monitor = 0')
  await addSession(store, { no: 1, roomNo: 1, handle: 'maker', broadcastId: '77', events: chats(1_234) })
  await addSession(store, {
    no: 2,
    roomNo: 1,
    handle: 'maker',
    broadcastId: '77',
    openedAt: T0 + 3_600_000,
    events: chats(5),
  })
  await store.rows("UPDATE meta SET value = 2 WHERE key = 'session_no'")
  await store.rows('UPDATE sessions SET chats = 0 WHERE no = 2')
  await store.close()
  const port = await freePort()
  env = { DATA_DIR: folder, HOST: '127.0.0.1', PORT: String(port) }
  server = spawn(process.execPath, [bin, 'serve'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      ...env,
      TIKTOK_ORIGIN: NOWHERE,
      TIKTOK_WEBCAST_ORIGIN: NOWHERE,
      SIGN_API_URL: NOWHERE,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await says(server, 'listens on')
})

afterAll(async () => {
  if (server.exitCode === null) {
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
  await rm(folder, { recursive: true, force: true })
})

const cli = async (...args: readonly string[]) => {
  const ran = await run(args, env)
  expect(ran.error, args.join(' ')).toBeNull()
  return ran.out
}

describe('the product through its command line', () => {
  it('finds the server and its token by the folder alone, and commands rooms', async () => {
    expect(await cli('rooms', 'add', 'https://www.tiktok.com/@Second.One/live', '--paused')).toContain(
      '@second.one',
    )
    expect(await cli('rooms')).toContain('@second.one')
    expect(await cli('rooms', 'rename', '@second.one', 'third_one')).toContain('@third_one')
    expect(await cli('rooms', 'show', 'third_one')).toContain('@third_one')
    expect(await cli('rooms', 'remove', 'third_one', '--yes')).toContain('Its sessions stay.')
    expect(await cli('rooms')).not.toContain('third_one')
  })

  it('exports a session whole, in both formats', async () => {
    expect(await cli('sessions')).toContain('s1')
    await cli('export', 's1', '--out', folder)
    const ndjson = await readFile(join(folder, 'maker-20260102T030400Z-s1.ndjson'), 'utf8')
    expect(
      ndjson
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { text: string }).text),
    ).toEqual(chats(1_234).map(({ text }) => text))
    await cli('export', 's1', '-f', 'csv', '-o', join(folder, 'one.csv'))
    expect((await readFile(join(folder, 'one.csv'), 'utf8')).split('\r\n')).toHaveLength(1_236)
  })

  it('repairs, merges, takes back and prunes', async () => {
    expect(await cli('repair', '--dry-run')).toContain('chats 0 → 5')
    expect(await cli('repair')).toMatch(/mended\s+1/)
    const merged = await cli('merge', 'broadcasts', '--json')
    const { logId } = JSON.parse(merged) as { logId: number }
    expect(JSON.parse(merged)).toMatchObject({
      merged: 1,
      sessions: [{ sessionId: 's2', into: 's1', kind: 'fragment' }],
    })
    expect(await cli('sessions')).not.toContain('s2')
    expect(await cli('merge', 'undo', String(logId))).toMatch(/taken back\s+1/)
    expect(await cli('sessions')).toContain('s2')
    expect(await cli('prune', '--keep', '1', '--yes')).toMatch(/events\s+1234/)
    expect(await cli('sessions', 'show', 's1')).toContain('1234')
  })

  it('takes a stream key from standard input, keeps it sealed, and seals it anew', async () => {
    const key = 'abcd-efgh-CANARY-key-0001'
    const set = await run(
      ['destinations', 'set', 'maker', 'youtube', '--key-stdin'],
      env,
      undefined,
      `${key}\n`,
    )
    expect(set.error).toBeNull()
    expect(set.out).toMatch(/youtube +rtmps:\/\/a\.rtmps\.youtube\.com:443\/live2 +…0001/)
    expect(await cli('destinations', 'list', '@maker')).toContain('1920x1080@30 4500 kb/s')
    expect(await cli('rotate', '--dry-run')).toMatch(/secrets +1\nsealed again +0/)
    expect(await cli('live', 'status')).toBe('Nothing is sent out.')
    expect((await run(['live', 'start', 'maker', 'youtube'], env)).error).toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('[livekit_unconfigured]'),
    })
    expect(await cli('destinations', 'remove', 'maker', 'youtube', '--yes')).toContain('Removed youtube')
    expect(await cli('destinations', 'list', 'maker')).toContain('no destination yet')
    const file = await readFile(join(folder, 'roomkeeper.db-wal'), 'latin1')
    expect(file).toContain('destination.set')
    expect(file).not.toContain('CANARY')
  })

  it('prints a link that signs a browser in, once', async () => {
    const [, origin = '', code = ''] = /(http\S+)\/login#(\S+)/.exec(await cli('sign-in')) ?? []
    const login = (): Promise<Response> =>
      fetch(`${origin}/api/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code }),
      })
    const answers = [await login(), await login()]
    expect(answers.map(({ status }) => status)).toEqual([200, 401])
    expect(answers[0]?.headers.get('set-cookie')).toContain('HttpOnly')
  })

  it('serves until it is told to leave, and leaves well', async () => {
    server.kill('SIGTERM')
    const [code] = (await once(server, 'exit')) as [number]
    expect(code).toBe(0)
    const { error } = await run(['rooms'], env)
    expect(error).toMatchObject({ exitCode: 3 })
  })
})
