// The operating system refuses: fsync fails, the process has no file descriptors left. strace makes the
// kernel's answer where it is installed; where it is not, `writer-faults.test.ts` still proves the same
// outcomes with a connection that reports what the kernel would have made it report.

import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasStrace, startChild, type Child } from '../_support/db-process.ts'
import { startDatabase, tempFolder, until } from '../_support/db.ts'

const insert = (id: number) => ({
  id,
  statements: [
    {
      sql: `INSERT INTO settings (key, value, updated_at) VALUES (?, 'v', 1) ON CONFLICT DO NOTHING`,
      args: [`k${String(id).padStart(3, '0')}`],
    },
  ],
})
const big = {
  sql: `INSERT INTO frames (id, at, conn, kind, payload) VALUES (1, 1, 1, 'push', zeroblob(400000)) ON CONFLICT DO NOTHING`,
}
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe('the disk', () => {
  let folder: ReturnType<typeof tempFolder>
  const children: Child[] = []
  const start = (args: readonly string[], around: readonly string[] = []): Child => {
    const child = startChild(args, around)
    children.push(child)
    return child
  }
  beforeEach(() => {
    folder = tempFolder()
  })
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.process.kill('SIGKILL')
      await child.ended
    }
    folder.remove()
  })
  /** A migrated file, so that a start needs few fsyncs. */
  const prepare = async (): Promise<void> => (await startDatabase({ folder: folder.path })).close()
  const check = async (count: number): Promise<void> => {
    const db = await startDatabase({ folder: folder.path })
    const keys = await db.read(`SELECT key FROM settings ORDER BY key`)
    expect(keys.map(({ key }) => key)).toEqual(range(count).map((id) => insert(id).statements[0]?.args[0]))
    expect(await db.read('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    await db.close()
  }
  const failing = (which: string) => [
    'strace',
    '-f',
    '-qq',
    '-o',
    `${folder.path}/strace.log`,
    '-e',
    'trace=fsync,fdatasync',
    '-e',
    `inject=fsync,fdatasync:error=EIO:when=${which}`,
  ]
  const injected = () => readFileSync(`${folder.path}/strace.log`, 'utf8').split('(INJECTED)').length - 1
  /** Where there is no strace, a child without it has nothing to prove here. */
  const around = (which: string) => (hasStrace() ? failing(which) : [])
  const expectFired = (child: Child, atLeast: number) => {
    if (!hasStrace()) return
    expect(injected(), 'the fault fired').toBeGreaterThanOrEqual(atLeast)
    expect(child.told).toContainEqual({ trouble: 'io', outcome: 'unknown' })
  }

  it('D11: one fsync that fails: nothing acknowledged is lost, nothing is there twice', async () => {
    await prepare()
    const child = start(['serve', folder.path], around('6'))
    await child.hear('ready')
    for (const id of range(12)) {
      child.ask({ ingest: [insert(id)] })
      await until(`the acknowledgement of ${id}`, () => child.acked().includes(id), 30_000)
    }
    child.process.stdin?.write('{"close":true}\n')
    expect(await child.ended).toBe(0)
    expectFired(child, 1)
    expect(child.acked()).toEqual(range(12))
    await check(12)
  })

  it('D12: fsync fails for a while: health says so, no crash, and afterwards everything is there', async () => {
    await prepare()
    const child = start(['serve', folder.path], around('6..14'))
    await child.hear('ready')
    child.ask({ ingest: range(40).map(insert) })
    for (const id of [41, 42, 43, 44]) {
      child.ask({ ingest: [insert(id)] })
      child.ask({ health: true })
      await until(`the acknowledgement of ${id}`, () => child.acked().includes(id), 60_000)
    }
    child.ask({ close: true })
    expect(await child.ended).toBe(0)
    expectFired(child, 5)
    await check(44)
  })

  it('D17: no file descriptors are left when the connection must be opened anew', async () => {
    const child = start(['serve', folder.path], ['sh', '-c', 'ulimit -n 96; exec "$@"', 'sh'])
    await child.hear('ready')
    child.ask({ ingest: [insert(1)] })
    await until('the first acknowledgement', () => child.acked().includes(1))
    const kinds = () => child.told.flatMap((one) => ('trouble' in one ? [one.trouble] : []))
    // A limit of pages that is the writer's own and gone with its connection: one full disk.
    child.ask({ write: [{ sql: 'PRAGMA max_page_count = 10' }] })
    expect(await child.hear('wrote')).toEqual({ wrote: true })
    child.ask({ exhaust: true })
    child.ask({ ingest: [{ id: 2, statements: [...insert(2).statements, big] }] })
    await until('a full disk', () => kinds().includes('full'))
    await until('no descriptors', () => kinds().some((kind) => kind === 'io' || kind === 'readonly'))
    child.ask({ ingest: [insert(3)] })
    child.ask({ exhaust: false })
    await until('the other acknowledgements', () => child.acked().length === 3, 30_000)
    const from = child.told.length
    child.ask({ write: [insert(4).statements[0]!] })
    expect(await child.hear('wrote', from)).toEqual({ wrote: true })
    child.ask({ close: true })
    expect(await child.ended).toBe(0)
    expect(child.acked()).toEqual([1, 2, 3])
    await check(4)
  })
})
