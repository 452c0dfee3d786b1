import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { json, problem, startFakeServer, TOKEN, type FakeServer } from './fake-server.ts'
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

const environment = (more: Readonly<Record<string, string>> = {}) => ({ DATA_DIR: folder, ...more })

describe('what can go wrong', () => {
  it('says that no server answers, and how to start one', async () => {
    const { error } = await run(
      ['rooms', 'list'],
      environment({ ROOMKEEPER_URL: 'http://127.0.0.1:1', ROOMKEEPER_TOKEN: TOKEN }),
    )
    expect(error).toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('roomkeeper serve') as string,
    })
  })

  it('says that the token is not accepted', async () => {
    const { error } = await run(
      ['rooms', 'list'],
      environment({ ROOMKEEPER_URL: server.url, OPERATOR_TOKEN: 'wrong-token-is-wrong' }),
    )
    expect(error).toMatchObject({ exitCode: 4, message: 'A valid token is needed. [unauthorized]' })
  })

  it('says where it looked for a token', async () => {
    const { error } = await run(['rooms', 'list'], environment({ ROOMKEEPER_URL: server.url }))
    expect(error).toMatchObject({
      exitCode: 4,
      message: expect.stringContaining(join(folder, 'operator-token')) as string,
    })
    const missing = await run(['rooms', 'list', '--token-file', join(folder, 'none')], environment())
    expect(missing.error).toMatchObject({ exitCode: 4 })
  })

  it('takes the token from the data folder, and rather from a file that is named', async () => {
    server.answer = json({ items: [], next: null })
    await writeFile(join(folder, 'operator-token'), `${TOKEN}\n`)
    expect((await run(['rooms', 'list'], environment({ ROOMKEEPER_URL: server.url }))).error).toBeNull()
    await writeFile(join(folder, 'other'), 'not-the-token')
    const other = ['rooms', 'list', '--token-file', join(folder, 'other')]
    expect((await run(other, environment({ ROOMKEEPER_URL: server.url }))).error).toMatchObject({
      exitCode: 4,
    })
  })

  it('takes the address from the flag, else from HOST and PORT', async () => {
    server.answer = json({ items: [], next: null })
    const { port } = new URL(server.url)
    const env = environment({ ROOMKEEPER_TOKEN: TOKEN, HOST: '0.0.0.0', PORT: port })
    expect((await run(['rooms', 'list'], env)).error).toBeNull()
    expect((await run(['rooms', 'list', '--url', 'ftp://x'], env)).error).toMatchObject({ exitCode: 2 })
    expect((await run(['--url', `${server.url}/`, 'rooms', 'list'], { ...env, PORT: '1' })).error).toBeNull()
  })

  it('says a problem as a sentence with what it is about, its code and when to try again', async () => {
    server.answer = problem(
      409,
      {
        code: 'cooldown',
        title: 'The room is cooling down',
        detail: 'It was stopped by hand.',
        field: '/force',
      },
      { 'retry-after': '37' },
    )
    const { error } = await cli('rooms', 'start', 'maker')
    expect(error).toMatchObject({
      exitCode: 1,
      message: 'force: It was stopped by hand. Try again in 37 s. [cooldown]',
    })
  })

  it('tells what may succeed later from what will not', async () => {
    server.answer = problem(503, { code: 'storage_unavailable', title: 'Storage fails' })
    expect((await cli('rooms', 'list')).error).toMatchObject({ exitCode: 5 })
    server.answer = problem(429, { code: 'rate_limited', title: 'Too many changes' })
    expect((await cli('rooms', 'stop', 'x')).error).toMatchObject({ exitCode: 5 })
    server.answer = problem(404, { code: 'room_unknown', title: 'No such room' })
    expect((await cli('rooms', 'stop', 'x')).error).toMatchObject({ exitCode: 1 })
  })

  it('does not take another program for its server', async () => {
    server.answer = (_, response) =>
      void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    expect((await cli('rooms', 'list')).error).toMatchObject({
      message: expect.stringContaining('not JSON') as string,
    })
    server.answer = (_, response) => void response.writeHead(404).end('nothing')
    expect((await cli('rooms', 'list')).error).toMatchObject({
      message: expect.stringContaining('404') as string,
    })
  })

  it('follows no redirect, which would carry the token elsewhere', async () => {
    server.answer = (_, response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()
    expect((await cli('rooms', 'list')).error).toMatchObject({ exitCode: 3 })
  })
})
