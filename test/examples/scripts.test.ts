// The scripts for curl, run by bash against a real server.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../_support/db.ts'
import { OPERATOR, startHarness, type Harness } from '../http/harness.ts'
import { seedSession } from '../http/seed.ts'

const script = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))

let h: Harness
let folder: string
beforeAll(async () => {
  h = await startHarness()
  folder = await mkdtemp(join(tmpdir(), 'examples-'))
  const room = await h.addRoom('script.room')
  await seedSession(h, { no: 1, roomId: room.id, events: 20 })
})
afterAll(async () => {
  await h.stop()
  await rm(folder, { recursive: true, force: true })
})
const env = (token = OPERATOR) => ({ ...process.env, ROOMKEEPER_URL: h.url, ROOMKEEPER_TOKEN: token })

it('export.sh writes a whole file, and none when it is refused', async () => {
  const run = promisify(execFile)
  const options = { cwd: folder, env: env() }
  await run('bash', [script('export.sh'), 's1', 'csv'], options)
  expect((await readFile(join(folder, 's1.csv'), 'utf8')).split('\r\n')).toHaveLength(22)
  await expect(run('bash', [script('export.sh'), 's9', 'csv'], options)).rejects.toMatchObject({ code: 22 })
  await expect(
    run('bash', [script('export.sh'), 's1', 'html'], { cwd: folder, env: env('rk_op_wrong') }),
  ).rejects.toMatchObject({ code: 22 })
  expect(await readdir(folder)).toEqual(['s1.csv'])
})

it('follow.sh prints facts, and goes on after the stream was cut where it stopped', async () => {
  const follower = spawn('bash', [script('follow.sh'), 'script.room'], { env: env(), detached: true })
  let heard = ''
  follower.stdout.on('data', (chunk: Buffer) => void (heard += chunk.toString()))
  const seen = (): readonly string[] =>
    heard
      .split('\n')
      .filter((line) => line.startsWith('{') && line.includes('"name"'))
      .map((line) => String((JSON.parse(line) as { readonly name: string }).name))
  const change = (displayName: string) => h.ask('PATCH', '/api/rooms/script.room', { body: { displayName } })
  try {
    await until('the stream is open', () => h.http.streams() === 1)
    await change('One')
    await until('the first fact', () => seen().length === 1)
    h.listening.server.closeAllConnections()
    await change('Two')
    await until('it is open again', () => seen().length === 2)
    expect(new Set(seen())).toEqual(new Set([seen()[0]]))
  } finally {
    // The shell and the curl it waits for are one group.
    if (follower.pid !== undefined) process.kill(-follower.pid)
    await once(follower, 'exit')
  }
})
