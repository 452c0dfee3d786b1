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

type Health = Awaited<ReturnType<typeof health>>
const health = async (child: Child) => {
  const from = child.told.length
  child.ask({ health: true })
  return child.hear('dbStallMs', from)
}
/** Asks for the health again and again until it is as wanted. */
const asked = async (child: Child, isWanted: (health: Health) => boolean): Promise<Health> => {
  for (;;) {
    const now = await health(child)
    if (isWanted(now)) return now
  }
}

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
  const injected = () =>
    hasStrace()
      ? readFileSync(`${folder.path}/strace.log`, 'utf8').split(/\((?:INJECTED|DELAYED)\)/).length - 1
      : 0
  /** Where there is no strace, a child without it has nothing to prove here. */
  const around = (which: string) => (hasStrace() ? failing(which) : [])
  const expectFired = (child: Child, atLeast: number) => {
    if (!hasStrace()) return
    expect(injected(), 'the fault fired').toBeGreaterThanOrEqual(atLeast)
    expect(child.told).toContainEqual({ trouble: 'io', outcome: 'unknown' })
  }

  it('D10: a commit that hangs in fsync is seen while it hangs, and the main thread answers meanwhile', async () => {
    await prepare()
    const slow = around('6').map((part) => part.replace('error=EIO', 'delay_exit=2000000'))
    const child = start(['serve', folder.path], slow)
    await child.hear('ready')
    let count = 0
    const wrote = () => child.told.filter((one) => 'wrote' in one).length
    await asked(child, ({ dbStallMs }) => {
      if (wrote() === count) child.ask({ write: insert((count += 1)).statements })
      return hasStrace() ? dbStallMs >= 1_000 && wrote() < count : count > 3
    })
    await until('the answer', () => wrote() === count)
    if (hasStrace()) expect((await health(child)).dbStallMs).toBeGreaterThanOrEqual(1_900)
    expect(injected()).toBe(hasStrace() ? 1 : 0)
  })

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
    const child = start(['serve', folder.path], around('6..10'))
    await child.hear('ready')
    let count = 0
    const more = () => child.ask({ ingest: [insert((count += 1))] })
    if (hasStrace()) {
      await asked(child, ({ failing, kind }) => {
        if (!failing) more()
        return failing && kind === 'io'
      })
      child.ask({ read: 'SELECT count(*) AS n FROM settings' })
      await child.hear('rows')
    }
    more()
    await until('the acknowledgements', () => child.acked().length === count, 60_000)
    await asked(child, ({ failing }) => !failing)
    child.ask({ close: true })
    expect(await child.ended).toBe(0)
    expectFired(child, 3)
    await check(count)
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
