// The process and its surroundings: a second one, a wrong configuration, a mistake, a closed pipe, a crash loop,
// no file descriptors, a time in which it stood still.

import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../_support/db.ts'
import { Product, ran } from '../_support/product.ts'
import { databaseFile, withDatabase, wrongIn } from '../_support/product-database.ts'
import { openHouse, type House } from '../_support/product-house.ts'
import { openStream } from '../_support/product-stream.ts'
import { seeded } from '../_support/tiktok/standin.ts'

const FAULT = new URL('../_support/product-fault.ts', import.meta.url).pathname

const whole = (house: House): Promise<void> =>
  withDatabase(house.product.dataDir, async (copy) => expect(await wrongIn(copy)).toEqual([]))

describe('starting', { timeout: 100_000 }, () => {
  it('D16: a second process on the same data ends with 69 and leaves the first alone', async ({
    onTestFinished,
  }) => {
    const started = performance.now()
    const house = await openHouse()
    onTestFinished(() => house.close())
    const startMs = performance.now() - started
    const creator = await house.record('shared')

    const second = new Product({ dataDir: house.product.dataDir, env: house.tiktok.env })
    second.spawn()
    onTestFinished(() => second.kill())
    await expect(second.listens).rejects.toThrow('ended with 69')
    const ended = await second.ended
    // Five seconds, or what a start takes on this machine now.
    expect(ended.afterMs).toBeLessThan(Math.max(5_000, 2 * startMs))
    expect(second.output).toContain(String(house.product.pid))

    creator.say('still here')
    await house.stored('shared', (await house.room('shared')).session?.id ?? '')
    expect(house.tiktok.viewers).toHaveLength(1)
    creator.end()
    expect(await house.archived('shared')).toHaveLength(1)
    await house.product.stop()
    await whole(house)
  })

  it('keeps compiled code where the environment says, also when it is killed, and starts from it', async ({
    onTestFinished,
  }) => {
    const folder = tempFolder()
    onTestFinished(folder.remove)
    const kept = join(folder.path, 'compiled')
    const product = new Product({ dataDir: join(folder.path, 'data'), env: { NODE_COMPILE_CACHE: kept } })
    onTestFinished(() => product.kill())
    await product.start()
    await expect.poll(() => readdirSync(kept).length).toBeGreaterThan(0)
    await product.kill()
    await product.start()
    expect((await product.request('/readyz')).status).toBe(200)
  })

  it('P12: a wrong configuration ends with 78 and names every variable and no value', async () => {
    const values = {
      PORT: 'eighty-canary',
      OPERATOR_TOKEN: 'short-canary',
      SECRETS_KEYS: 'v1:canarycanary',
      TIKTOK_PROXY_URL: 'ftp://user:canarypass@proxy',
      WATCH_INTERVAL_MS: '-canary1',
      SIGN_API_KEYS: '',
      DATABASE_URL: 'mysql://canary',
    }
    const { code, out, err } = await ran(process.execPath, ['src/main.ts'], { env: values })
    expect(code).toBe(78)
    for (const [name, value] of Object.entries(values)) {
      expect(err).toContain(name)
      if (value !== '') expect(out + err).not.toContain(value)
    }
    expect(out + err).not.toContain('canary')
  })
})

describe.concurrent('running', { timeout: 200_000 }, () => {
  it.for(['throw', 'reject'])(
    'P09: a mistake (%s) ends with 70, says no secret, and is recovered from',
    async (fault, { onTestFinished }) => {
      const secret = 'canary-Q7x2mLp9ZtRv4Kw8Ns3B'
      const house = await openHouse({
        nodeArgs: ['--import', FAULT],
        env: { FAULT: fault, FAULT_SAYS: secret, OPERATOR_TOKEN: secret },
      })
      onTestFinished(() => house.close())
      const creator = await house.record('room')
      const id = (await house.room('room')).session?.id ?? ''
      creator.say('before')
      await house.stored('room', id)
      expect(await house.product.end('SIGUSR2')).toMatchObject({ code: 70, signal: null })
      expect(house.product.output).toContain('"FATAL"')
      expect(house.product.output).toContain('TypeError')
      expect(house.product.output).not.toContain(secret)

      await house.product.start()
      expect(await house.recording('room')).toBe(id)
      creator.say('after')
      creator.end()
      const [session, ...others] = await house.archived('room')
      expect(others).toEqual([])
      expect(session).toMatchObject({ endReason: 'stream_end', gaps: [{ cause: 'process_crash' }] })
      expect((await house.events(id)).map(({ text }) => text)).toEqual(
        expect.arrayContaining(['before', 'after']),
      )
    },
  )

  it('P15: closed pipes (EPIPE) do not end it, and it leaves as always', async ({ onTestFinished }) => {
    const house = await openHouse({ nodeArgs: ['--import', FAULT], env: { FAULT: 'print' } })
    onTestFinished(() => house.close())
    const creator = await house.record('room')
    house.product.closePipes()
    for (let round = 0; round < 3; round += 1) {
      house.product.signal('SIGUSR2')
      creator.say(`round ${round}`)
      await house.stored('room', (await house.room('room')).session?.id ?? '')
    }
    creator.end()
    expect(await house.archived('room')).toHaveLength(1)
    expect(await house.product.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
    await whole(house)
  })

  it('P08: without file descriptors what is recorded goes on, and connections are let in again later', async ({
    onTestFinished,
  }) => {
    const house = await openHouse()
    const sockets: Socket[] = []
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy()
      await house.close()
    })
    const creator = await house.record('room')
    const id = (await house.room('room')).session?.id ?? ''
    const { pid, origin } = house.product
    const open = () => readdirSync(`/proc/${pid}/fd`).length
    const limit = open() + 8
    expect((await ran('prlimit', ['--pid', String(pid), `--nofile=${limit}`])).code).toBe(0)
    for (let n = 0; n < 60; n += 1) {
      sockets.push(connect({ port: Number(new URL(origin).port), host: '127.0.0.1' }).on('error', () => {}))
    }
    await house.until('the descriptors being used up', () => open() >= limit - 1)

    const viewer = await house.tiktok.watched('room')
    const acked = viewer.acks.length
    for (let n = 0; n < 50; n += 1) creator.say(`while there are none, ${n}`)
    await house.until('what was said being durable', () => viewer.acks.length >= acked + 50)
    expect(open()).toBeGreaterThanOrEqual(limit - 1)
    for (const socket of sockets) socket.destroy()

    await house.until('being let in', () =>
      house.product.request('/readyz').then(
        ({ ok }) => ok,
        () => false,
      ),
    )
    await house.stored('room', id)
    expect((await house.room('room')).state).toBe('live.receiving')
    creator.end()
    expect(await house.archived('room')).toMatchObject([{ endReason: 'stream_end', gaps: [] }])
    expect(await house.product.end('SIGTERM')).toMatchObject({ code: 0 })
    await whole(house)
  })

  it('P07: seventeen seconds of SIGSTOP end nothing: silence, zombies and windows do not count them', async ({
    onTestFinished,
  }) => {
    // Silence is questioned later than a busy machine answers, and far sooner than the process goes on.
    const house = await openHouse({ env: { RESUME_WINDOW_MS: '15000', SILENCE_TIMEOUT_MS: '2500' } })
    onTestFinished(() => house.close())
    const [talking, , away] = await Promise.all(
      ['talking', 'quiet', 'away'].map((name) => house.record(name)),
    )
    const facts = await openStream(house.product, '/api/stream')
    const fault = house.tiktok.fault('sign', { kind: 'status', status: 500, handle: 'away' })
    await away!.mishaps.dropHard()
    await house.reaches('away', 'live.reconnecting')
    await house.until('an attempt that failed', () => fault.fired() > 0)

    house.product.signal('SIGSTOP')
    const stopped = () => /^State:\s+T/m.test(readFileSync(`/proc/${house.product.pid}/status`, 'utf8'))
    await house.until('it standing still', stopped)
    talking!.say('into the silence')
    await wait(17_000)
    expect(stopped()).toBe(true)
    fault.clear()
    house.product.signal('SIGCONT')

    await house.reaches('away', 'live.receiving')
    // Long enough for every question that silence may ask.
    await wait(6_000)
    for (const name of ['talking', 'quiet', 'away']) {
      expect((await house.room(name)).state, name).toBe('live.receiving')
      expect(await house.sessions(name), name).toHaveLength(1)
    }
    const names = facts.messages.map(({ data }) => (JSON.parse(data) as { name?: string }).name)
    expect(names).not.toContain('connection.recycled')
    expect(names).not.toContain('session.ending')
    await house.stored('talking', (await house.room('talking')).session?.id ?? '')
    expect(house.tiktok.viewers.filter(({ handle }) => handle !== 'away')).toHaveLength(2)
    await facts.close()
  })

  it('P13: twenty boots in a row that are killed at once are one session in the end', async ({
    onTestFinished,
  }) => {
    const house = await openHouse({ env: { RESUME_WINDOW_MS: '3600000' } })
    onTestFinished(() => house.close())
    const creator = await house.record('loop')
    const id = (await house.room('loop')).session?.id ?? ''
    creator.say('before the loop')
    await house.stored('loop', id)
    await house.product.kill()

    const random = seeded(13)
    const asked = house.tiktok.asked('sign').length
    const lockIsOurs = (pid: number): boolean => {
      try {
        // The number of the process is in it as soon as the database is its own.
        const file = `${databaseFile(house.product.dataDir)}.lock.pid`
        return readFileSync(file, 'utf8').trim() === String(pid)
      } catch {
        return false
      }
    }
    let recoveries = 0
    for (let boot = 0; boot < 20; boot += 1) {
      house.product.spawn()
      if (boot % 2 === 0) {
        await house.until('the lock being taken', () => lockIsOurs(house.product.pid))
        recoveries += 1
      }
      await wait(Math.floor(random() * 400))
      expect(await house.product.end('SIGKILL')).toMatchObject({ signal: 'SIGKILL' })
    }
    expect(recoveries).toBe(10)
    await house.product.start()
    expect(await house.recording('loop')).toBe(id)
    expect(house.tiktok.asked('sign').length - asked).toBeLessThanOrEqual(21)
    creator.say('after the loop')
    creator.end()
    const sessions = await house.archived('loop')
    expect(sessions).toMatchObject([{ id, endReason: 'stream_end' }])
    expect((await house.events(id)).map(({ text }) => text)).toEqual(
      expect.arrayContaining(['before the loop', 'after the loop']),
    )
    await house.product.stop()
    await whole(house)
  })
})
