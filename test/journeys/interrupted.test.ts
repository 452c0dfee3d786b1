// Leaving that is itself disturbed: a disk that does not answer, more signals, kill -9. What cannot be finished
// in time is finished by the next boot, with the reason it had.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createClient } from '@libsql/client/sqlite3'
import { describe, expect, it } from 'vitest'
import { hasStrace } from '../_support/db-process.ts'
import { withDatabase, wrongIn, databaseFile } from '../_support/product-database.ts'
import { openHouse, type House } from '../_support/product-house.ts'
import { openStream } from '../_support/product-stream.ts'

/** A session that is being ended and cannot finish soon: its socket's other side does not answer the close. */
const beginEnding = async (house: House, handle: string): Promise<void> => {
  const creator = await house.record(handle)
  creator.say('before the end')
  const viewer = await house.tiktok.watched(handle)
  viewer.deafen()
  creator.suspend()
  await house.until('the end being on disk', async () => {
    const [session] = await house.sessions(handle)
    return session?.ending?.reason === 'stream_suspended'
  })
  await house.reaches(handle, 'draining')
}

const endedOnce = async (house: House, handle: string): Promise<void> => {
  const sessions = await house.archived(handle)
  expect(sessions).toMatchObject([{ endReason: 'stream_suspended' }])
  expect((await house.events(sessions[0]!.id)).map(({ text }) => text)).toContain('before the end')
}

/** Not `expect.poll`: that belongs to whichever of the concurrent tests was told of last. */
const letsNobodyIn = (house: House) =>
  house.until('the socket being closed', () =>
    house.product.request('/healthz').then(
      () => false,
      () => true,
    ),
  )

describe.concurrent('leaving, disturbed', () => {
  it('P02: SIGTERM while an archive is blocked exits 1 in time, and the next boot ends it with the same reason', async ({
    onTestFinished,
  }) => {
    const house = await openHouse({ env: { DRAIN_TIMEOUT_MS: '8000' } })
    onTestFinished(() => house.close())
    await house.record('calm')
    await beginEnding(house, 'blocked')

    // This process is the other program.
    const other = createClient({ url: `file:${databaseFile(house.product.dataDir)}`, timeout: 5_000 })
    const lock = await other.transaction('write')
    await house.reaches('blocked', 'archiving')
    const ended = await house.product.end('SIGTERM')
    expect(ended).toMatchObject({ code: 1, signal: null })
    expect(ended.afterMs).toBeLessThan(10_000)
    await lock.rollback()
    other.close()

    await withDatabase(house.product.dataDir, async (copy) => {
      expect(await wrongIn(copy)).toEqual([])
      expect(await copy.rows('SELECT handle, ending_reason, archived_at FROM sessions ORDER BY no')).toEqual([
        { handle: 'calm', ending_reason: null, archived_at: null },
        { handle: 'blocked', ending_reason: 'stream_suspended', archived_at: null },
      ])
    })
    await house.product.start()
    await endedOnce(house, 'blocked')
    await house.recording('calm')
    expect(await house.sessions('calm')).toHaveLength(1)
  }, 400_000)

  it('P02: SIGTERM while every fsync takes five seconds exits in time all the same, and nothing is lost', async ({
    onTestFinished,
    skip,
  }) => {
    if (!hasStrace()) return skip('There is no strace here: what delays fsync was left out.')
    const house = await openHouse()
    onTestFinished(() => house.close())
    const creator = await house.record('slow')
    const { id } = (await house.room('slow')).session!
    creator.say('before')
    await house.stored('slow', id)
    const { pid } = house.product
    const delay = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:delay_exit=5000000']
    const strace = spawn('strace', ['-f', '-q', '-p', String(pid), ...delay], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    onTestFinished(() => void strace.kill())
    let traced = ''
    strace.stderr.on('data', (chunk: Buffer) => (traced += chunk.toString()))
    await house.until('strace being attached', () =>
      /TracerPid:\t[1-9]/.test(readFileSync(`/proc/${pid}/status`, 'utf8')),
    )
    creator.say('while the disk is slow')
    creator.suspend()
    await house.until('an fsync that was delayed', () => traced.includes('DELAYED'))
    const ended = await house.product.end('SIGTERM')
    expect(ended).toMatchObject({ code: 1, signal: null })
    // What strace does to a process that becomes another comes on top of the ten seconds.
    expect(ended.afterMs).toBeLessThan(16_000)
    expect(house.product.output).not.toContain('panicked')

    await house.product.start()
    const [session, ...others] = await house.archived('slow')
    expect(others).toEqual([])
    expect(session!.endReason).toMatch(/^(stream_suspended|process_crash|shutdown)$/)
    expect((await house.events(id)).map(({ text }) => text)).toContain('before')
    await house.product.stop()
    await withDatabase(house.product.dataDir, async (copy) => expect(await wrongIn(copy)).toEqual([]))
  }, 400_000)

  it('P01: SIGTERM while an archive waits for the disk: when the disk comes back in time, it is finished', async ({
    onTestFinished,
  }) => {
    const house = await openHouse({ env: { DRAIN_TIMEOUT_MS: '8000' } })
    onTestFinished(() => house.close())
    await beginEnding(house, 'waiting')
    const other = createClient({ url: `file:${databaseFile(house.product.dataDir)}`, timeout: 5_000 })
    const lock = await other.transaction('write')
    await house.reaches('waiting', 'archiving')
    house.product.signal('SIGTERM')
    await letsNobodyIn(house)
    await lock.rollback()
    other.close()
    expect(await house.product.ended).toMatchObject({ code: 0, signal: null })
    await withDatabase(house.product.dataDir, async (copy) => {
      expect(await wrongIn(copy)).toEqual([])
      expect(await copy.rows('SELECT end_reason, parked_at FROM sessions')).toEqual([
        { end_reason: 'stream_suspended', parked_at: null },
      ])
    })
  }, 400_000)

  it('P03: a second signal speeds it up, a third changes nothing, and nothing is half archived', async ({
    onTestFinished,
  }) => {
    const house = await openHouse({ env: { DRAIN_TIMEOUT_MS: '30000' } })
    onTestFinished(() => house.close())
    await house.record('calm')
    await beginEnding(house, 'slow')
    house.product.signal('SIGINT')
    await letsNobodyIn(house)
    expect(house.product.isRunning).toBe(true)
    house.product.signal('SIGHUP')
    house.product.signal('SIGTERM')
    const ended = await house.product.ended
    expect(ended).toMatchObject({ code: 1, signal: null })
    // A single signal would have had it wait for five and a half seconds.
    expect(ended.afterMs).toBeLessThan(5_000)
    await withDatabase(house.product.dataDir, async (copy) => {
      expect(await wrongIn(copy)).toEqual([])
      expect(await copy.value('SELECT count(*) FROM sessions WHERE archived_at IS NOT NULL')).toBe(0)
      expect(await copy.value('SELECT count(*) FROM sessions WHERE parked_at IS NOT NULL')).toBe(1)
    })
    await house.product.start()
    await endedOnce(house, 'slow')
    await house.recording('calm')

    // And each of them alone is letting go.
    const quiet = await house.product.end('SIGHUP')
    expect(quiet).toMatchObject({ code: 0, signal: null })
  }, 400_000)

  it('P04: kill -9 in the middle of leaving leaves one session of each broadcast', async ({
    onTestFinished,
  }) => {
    const house = await openHouse({ env: { DRAIN_TIMEOUT_MS: '30000' } })
    onTestFinished(() => house.close())
    await house.record('calm')
    await beginEnding(house, 'slow')
    const facts = await openStream(house.product, '/api/stream')
    house.product.signal('SIGTERM')
    await facts.until('the farewell', ({ event }) => event === 'shutdown')
    expect(await house.product.end('SIGKILL')).toMatchObject({ signal: 'SIGKILL' })
    await house.product.start()
    await endedOnce(house, 'slow')
    await house.recording('calm')
    const gaps = await house.until('the gap being written', async () => {
      const [session] = await house.sessions('calm')
      return session!.gaps.length > 0 && session!.gaps
    })
    expect(gaps.map(({ cause }) => cause)).toEqual([expect.stringMatching(/^(shutdown|process_crash)$/)])
    await house.product.stop()
    await withDatabase(house.product.dataDir, async (copy) => {
      expect(await wrongIn(copy)).toEqual([])
      expect(await copy.value('SELECT count(*) FROM sessions')).toBe(2)
    })
  }, 400_000)
})
