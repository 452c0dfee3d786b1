// A backup made while it records, the server killed, the data gone, the backup restored: every session of it is there,
// and each broadcast is one session.

import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openHouse, type House } from '../_support/product-house.ts'
import { withDatabase, wrongIn } from '../_support/product-database.ts'
import { ran } from '../_support/product.ts'

let house: House
let backups: string
beforeEach(async () => {
  house = await openHouse()
  backups = `${house.product.dataDir}-backups`
})
afterEach(async () => {
  await house.close()
  await rm(backups, { recursive: true, force: true })
})

const cli = (...args: readonly string[]) =>
  ran(process.execPath, ['src/cli.ts', ...args], { env: { DATA_DIR: house.product.dataDir } })
const backup = async (...more: readonly string[]) => {
  const { code, out, err } = await cli('backup', backups, '--json', ...more)
  expect(err).toBe('')
  expect(code).toBe(0)
  return JSON.parse(out) as {
    readonly path: string
    readonly manifest: { readonly counts: Readonly<Record<string, number>> }
  }
}

describe('a backup of a server that records', () => {
  it('is whole, disturbs nothing, and comes back with every session of it archived exactly once', async () => {
    const { product } = house
    const ended = await house.record('early')
    const endedId = await house.recording('early')
    for (let n = 0; n < 20; n += 1) ended.say(`early ${n}`)
    await house.stored('early', endedId)
    ended.end()
    await house.archived('early')
    const creator = await house.record('someone')
    const id = await house.recording('someone')
    let said = 0
    const chatter = setInterval(() => void creator.say(`word ${(said += 1)}`), 3)
    try {
      await house.until('some words', () => said > 100)
      await backup('--keep', '1')
      const { path, manifest } = await backup('--keep', '1', '--with-keys')
      expect(await readdir(backups)).toHaveLength(1)
      expect(manifest.counts).toMatchObject({ rooms: 2, sessions: 2, openSessions: 1 })
      expect(manifest.counts['events']).toBeGreaterThan(20)
      const saidThen = said
      await house.until('more words', () => said > saidThen + 50)
      clearInterval(chatter)
      await house.stored('someone', id)

      const refused = await cli('restore', path, '--yes')
      expect([refused.code, refused.err]).toEqual([5, expect.stringContaining('stop it first')])
      await product.kill()
      // The disk is gone, and the keys with it.
      await rm(product.dataDir, { recursive: true })
      const restored = await cli('restore', path, '--yes')
      expect([restored.code, restored.err]).toEqual([0, ''])
    } finally {
      clearInterval(chatter)
    }
    expect((await stat(product.dataDir)).mode & 0o077).toBe(0)
    await product.start()
    creator.end()
    await house.archived('someone')
    const [early] = await house.sessions('early')
    const [late, ...more] = await house.sessions('someone')
    expect([early?.id, late?.id, more]).toEqual([endedId, id, []])
    expect((await house.events(endedId)).filter(({ kind }) => kind === 'chat')).toHaveLength(20)
    const texts = (await house.events(id)).flatMap(({ kind, text }) => (kind === 'chat' ? [text] : []))
    expect(texts.length).toBeGreaterThan(50)
    expect(new Set(texts).size).toBe(texts.length)
    expect(early?.attempts.filter(({ outcome }) => outcome === 'done')).toHaveLength(1)
    expect(late?.attempts.filter(({ outcome }) => outcome === 'done')).toHaveLength(1)
    await product.stop()
    expect(await withDatabase(product.dataDir, wrongIn)).toEqual([])
  })

  it('killed in the middle is none, and the next one is', async () => {
    const creator = await house.record('someone')
    // Several megabytes at one a second: there is a middle to be killed in.
    for (let n = 0; n < 400; n += 1) creator.say(randomBytes(6_000).toString('base64'))
    await house.stored('someone', await house.recording('someone'))
    const child = spawn(process.execPath, ['src/cli.ts', 'backup', backups, '--rate', '1'], {
      env: { PATH: process.env['PATH'] ?? '', DATA_DIR: house.product.dataDir },
      stdio: 'ignore',
    })
    const ended = once(child, 'exit')
    await house.until('begun', async () => (await readdir(backups).catch(() => [])).length > 0)
    child.kill('SIGKILL')
    await ended
    const left = await readdir(backups)
    expect(left).toEqual([expect.stringMatching(/^\.roomkeeper-part-/)])
    const { path } = await backup('--keep', '1')
    expect(await readFile(join(path, 'manifest.json'), 'utf8')).toContain('"format": 1')
    expect((await house.room('someone')).state).toBe('live.receiving')
  })
})
