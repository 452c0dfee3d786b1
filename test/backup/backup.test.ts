// Backups of a database that nobody has open, and their way back. Beside a server they are made by a process of their
// own: see the journey.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeBackup, type BackupOptions } from '../../src/backup/backup.ts'
import { byAge, MANIFEST_FILE, nameAfter, type Manifest } from '../../src/backup/manifest.ts'
import { restoreBackup, type RestoreOptions } from '../../src/backup/restore.ts'
import { seal } from '../../src/db/seal.ts'
import { startDatabase, tempFolder } from '../_support/db.ts'
import { ring } from '../_support/webhooks.ts'

const keyText = (id: string, fill: string): string => `${id}:${Buffer.alloc(32, fill).toString('base64')}`

let folder: ReturnType<typeof tempFolder>
let data: string
let backups: string
beforeEach(async () => {
  folder = tempFolder()
  data = join(folder.path, 'data')
  backups = join(folder.path, 'backups')
  mkdirSync(data)
  const db = await startDatabase({ folder: data })
  const sealed = seal(ring('v1'), 'anything', 'a secret')
  await db.write({
    statements: [
      {
        sql: `INSERT INTO rooms (id, no, handle, proxy_url_sealed, created_at, updated_at) VALUES ('r1', 1, 'one', ?, 1, 1)`,
        args: [sealed],
      },
      {
        sql: `INSERT INTO assets (id, type, s3_key, display_name, mime_type, size_bytes, status, owner, visibility, search, created_at, updated_at)
VALUES ('a1', 'scene', 'scenes/room.glb', 'Room', 'model/gltf-binary', 64, 'ready', 'operator', 'private', 'room', 1, 1)`,
      },
    ],
    facts: [{ name: 'room.added', at: 1, roomId: 'r1', sessionId: null, body: {} }],
  })
  await db.close()
})
afterEach(() => folder.remove())

const file = (): string => join(data, 'roomkeeper.db')
const back = (more: Partial<BackupOptions> = {}) =>
  makeBackup({
    database: file(),
    folder: backups,
    keys: keyText('v1', 'v1'),
    withKeys: false,
    bytesPerSecond: null,
    keep: null,
    version: '0.0.0',
    ...more,
  })
const restore = (backup: string, more: Partial<RestoreOptions> = {}) =>
  restoreBackup({ backup, database: file(), keysFile: join(data, 'secrets-keys'), keys: null, ...more })
const rename = (name: string): void => {
  const database = new DatabaseSync(file())
  database.exec(`UPDATE rooms SET display_name = '${name}'`)
  database.close()
}
const roomName = (path = file()): unknown => {
  const database = new DatabaseSync(path)
  const row = database.prepare('SELECT display_name FROM rooms').get()
  database.close()
  return row?.['display_name']
}

describe('a backup', () => {
  it('says how far it is, and is not faster than it may', async () => {
    const large = new DatabaseSync(file())
    large.exec(`INSERT INTO settings VALUES ('large', hex(zeroblob(2000000)), 1)`)
    large.close()
    const steps: [phase: string, done: number, total: number][] = []
    const bytesPerSecond = 8_000_000
    const from = performance.now()
    await back({ bytesPerSecond, onProgress: (...step) => void steps.push(step) })
    const { size } = statSync(file())
    expect(performance.now() - from).toBeGreaterThan(((size - 256 * 4_096) / bytesPerSecond) * 1_000)
    expect(new Set(steps.map(([phase]) => phase))).toEqual(new Set(['copying', 'checking']))
    for (const [, done, total] of steps) expect(done).toBeLessThanOrEqual(total)
    expect(steps.at(-1)?.[1]).toBe(steps.at(-1)?.[2])
  })

  it('says what it is of, what is in it and what is not, and nobody else can read it', async () => {
    const { path, manifest } = await back()
    const written = JSON.parse(readFileSync(join(path, MANIFEST_FILE), 'utf8')) as Manifest
    expect(written).toEqual(manifest)
    expect(manifest).toMatchObject({
      format: 1,
      counts: { rooms: 1, sessions: 0, openSessions: 0, events: 0, facts: 1, assets: 1 },
      lastFact: 1,
      keys: { needed: [{ id: 'v1' }], included: false },
      assets: { bytes: 64 },
    })
    expect(manifest.keys.needed[0]?.check).toMatch(/^[0-9a-f]{16}$/)
    expect(manifest.notIncluded.join()).toContain('the objects of assets')
    expect(readFileSync(join(path, 'assets.ndjson'), 'utf8')).toContain('"key":"scenes/room.glb"')
    expect(readdirSync(path).sort()).toEqual(['assets.ndjson', 'manifest.json', 'roomkeeper.db'])
    for (const name of readdirSync(path)) expect(statSync(join(path, name)).mode & 0o077, name).toBe(0)
    expect(readdirSync(backups).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('keeps the newest ones that are asked for, and whatever is not a backup', async () => {
    mkdirSync(join(backups, 'roomkeeper-20200101T000000Z'), { recursive: true })
    writeFileSync(join(backups, 'notes.txt'), 'mine')
    const first = await back()
    const second = await back()
    const third = await back({ keep: 2 })
    expect(third.removed.map((name) => join(backups, name))).toEqual([first.path])
    expect(readdirSync(backups).sort()).toEqual(
      ['notes.txt', 'roomkeeper-20200101T000000Z', second.path, third.path]
        .map((path) => path.replace(`${backups}/`, ''))
        .sort(),
    )
  })

  it('keeps the newest of several of one second', async () => {
    const made = []
    for (let n = 0; n < 4; n += 1) made.push(await back({ keep: 1 }))
    expect(made.flatMap(({ removed }) => removed)).toEqual(
      made.slice(0, -1).map(({ path }) => path.replace(`${backups}/`, '')),
    )
    expect(readdirSync(backups)).toEqual([made.at(-1)?.path.replace(`${backups}/`, '')])
  })

  it('is named after the newest of its second, also beyond nine of them', () => {
    const second = 'roomkeeper-20261122T060000Z'
    const at = Date.UTC(2026, 10, 22, 6)
    const names = [second]
    while (names.length < 11) names.push(nameAfter(at, names.toReversed()) ?? '')
    expect(names.at(-1)).toBe(`${second}-11`)
    expect(names.toSorted().toSorted(byAge)).toEqual(names)
    expect(nameAfter(at, [`${second}-3`])).toBe(`${second}-4`)
    expect(nameAfter(at + 1_000, names)).toBe('roomkeeper-20261122T060001Z')
    expect(nameAfter(at, [`${second}-999`])).toBeNull()
  })

  it('is not made of what is no database, or is damaged, and leaves nothing behind', async () => {
    await expect(back({ database: join(data, 'nothing.db') })).rejects.toThrow('There is no database')
    const bytes = readFileSync(file())
    bytes.fill(0xff, 4096 * 5, 4096 * 9)
    writeFileSync(file(), bytes)
    await expect(back()).rejects.toMatchObject({ name: 'BackupFailure' })
    expect(readdirSync(backups)).toEqual([])
  })
})

describe('a restore', () => {
  it('puts the database back and the one that was there aside', async () => {
    const { path } = await back()
    rename('Later')
    const { aside, missingKeys } = await restore(path, { keys: keyText('v1', 'v1') })
    expect(missingKeys).toEqual([])
    expect(roomName()).toBeNull()
    expect(roomName(join(aside ?? '', 'roomkeeper.db'))).toBe('Later')
    expect(statSync(file()).mode & 0o077).toBe(0)
    const db = await startDatabase({ folder: data })
    expect(await db.read('SELECT id FROM rooms')).toEqual([{ id: 'r1' }])
    await db.close()
  })

  it('takes a log that a killed server left along with the old database, not into the new one', async () => {
    const { path } = await back()
    const killed = new DatabaseSync(file())
    killed.exec(
      `PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; UPDATE rooms SET display_name = 'In the log'`,
    )
    for (const end of ['', '-wal']) copyFileSync(file() + end, join(folder.path, `killed${end}`))
    killed.close()
    for (const end of ['', '-wal']) copyFileSync(join(folder.path, `killed${end}`), file() + end)
    const after = await back()
    expect(roomName(join(after.path, 'roomkeeper.db'))).toBe('In the log')
    expect(statSync(`${file()}-wal`).size).toBeGreaterThan(0)
    const { aside } = await restore(path)
    expect(existsSync(`${file()}-wal`)).toBe(false)
    expect(roomName()).toBeNull()
    expect(roomName(join(aside ?? '', 'roomkeeper.db'))).toBe('In the log')
  })

  it('works where there is nothing, and where what is there is damaged', async () => {
    const { path } = await back()
    data = join(folder.path, 'new')
    expect((await restore(path)).aside).toBeNull()
    expect(readdirSync(data)).toEqual(['roomkeeper.db', 'roomkeeper.db.lock'])
    truncateSync(file(), 5_000)
    writeFileSync(`${file()}-wal`, 'not a log')
    const { aside } = await restore(path)
    expect(readdirSync(aside ?? '')).toContain('roomkeeper.db')
    expect(roomName()).toBeNull()
  })

  it('refuses a backup that is damaged, newer, or none, and changes nothing', async () => {
    const { path } = await back()
    rename('Stays')
    const before = readdirSync(data)
    await expect(restore(backups)).rejects.toThrow('it has no manifest')
    const manifest = readFileSync(join(path, MANIFEST_FILE), 'utf8')
    writeFileSync(join(path, MANIFEST_FILE), manifest.replace(/"schema": \d+/, '"schema": 999'))
    await expect(restore(path)).rejects.toThrow('restore it with the newer one')
    writeFileSync(join(path, MANIFEST_FILE), manifest)
    const database = join(path, 'roomkeeper.db')
    const bytes = readFileSync(database)
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1
    writeFileSync(database, bytes)
    await expect(restore(path)).rejects.toThrow('The backup is damaged')
    expect(roomName()).toBe('Stays')
    expect(readdirSync(data).filter((name) => !before.includes(name))).toEqual(
      ['roomkeeper.db.lock'].filter((name) => !before.includes(name)),
    )
  })

  it('refuses while a server has the database', async () => {
    const { path } = await back()
    const db = await startDatabase({ folder: data })
    await expect(restore(path)).rejects.toMatchObject({ isPassing: true })
    await db.close()
  })

  it('says which keys are missing, another one of the same name too, and brings those that are in it', async () => {
    const without = await back()
    expect((await restore(without.path, { keys: keyText('v1', 'v1') })).missingKeys).toEqual([])
    expect((await restore(without.path, { keys: keyText('v1', 'other') })).missingKeys).toEqual(['v1'])
    expect((await restore(without.path, { keys: keyText('v2', 'v1') })).missingKeys).toEqual(['v1'])
    const { path, manifest } = await back({ withKeys: true })
    expect(manifest.notIncluded.join()).not.toContain('keys that seal')
    expect(statSync(join(path, 'secrets-keys')).mode & 0o077).toBe(0)
    const keysFile = join(data, 'secrets-keys')
    writeFileSync(keysFile, keyText('v1', 'of a new server'))
    const restored = await restore(path)
    expect(restored.missingKeys).toEqual([])
    expect(readFileSync(keysFile, 'utf8').trim()).toBe(keyText('v1', 'v1'))
    expect(readFileSync(join(restored.aside ?? '', 'secrets-keys'), 'utf8')).toBe(
      keyText('v1', 'of a new server'),
    )
    expect(statSync(keysFile).mode & 0o077).toBe(0)
    await expect(back({ withKeys: true, keys: null })).rejects.toThrow('There are no keys')
  })
})
