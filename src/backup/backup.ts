// One backup: a snapshot beside the others, read through, described, and only then given its name. Whatever ends it
// earlier, there is no backup, and those that were there are as they were.

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BackupFailure, saying } from './failure.ts'
import { freeBytes, publish, put, sha256Of, syncPath } from './files.ts'
import { inspect, writeAssetIndex } from './inspection.ts'
import { markKeys } from './keys.ts'
import * as names from './manifest.ts'
import type { Manifest } from './manifest.ts'
import { keepNewest, sweepParts } from './retention.ts'
import { takeSnapshot } from './snapshot.ts'

export interface BackupOptions {
  readonly database: string
  /** Where backups are; each is a folder in it. */
  readonly folder: string
  /** The key ring that seals secrets, when it is at hand. */
  readonly keys: string | null
  /** Whether it shall be in the backup. */
  readonly withKeys: boolean
  readonly bytesPerSecond: number | null
  /** How many stay, this one counted; null: all. */
  readonly keep: number | null
  readonly version: string
  readonly onProgress?: (phase: 'copying' | 'checking', done: number, total: number) => void
}

export interface Backup {
  readonly path: string
  readonly manifest: Manifest
  /** Older ones that went. */
  readonly removed: readonly string[]
}

/** Room that must be left when the copy is there. */
const SPARE_BYTES = 64 * 1024 * 1024

const makeRoom = async ({ database, folder }: BackupOptions): Promise<void> => {
  if (!existsSync(database)) throw new BackupFailure(`There is no database at ${database}.`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new BackupFailure(`The folder ${folder} cannot be made: ${saying(error)}.`)
  }
  const needed = (await stat(database)).size + SPARE_BYTES
  if ((await freeBytes(folder)) < needed) {
    throw new BackupFailure(`There are not ${Math.ceil(needed / 1e6)} MB free in ${folder}.`, true)
  }
}

const freeName = async (folder: string, at: number): Promise<string> => {
  const name = names.nameAfter(at, await readdir(folder))
  if (name === null) throw new BackupFailure('There are too many backups of this second.')
  return name
}

const NOT_INCLUDED = {
  keys: 'the keys that seal secrets (SECRETS_KEYS, or secrets-keys in DATA_DIR)',
  rest: ['the operator token', 'the environment', 'the objects of assets: only their index'],
} as const

const fill = async (part: string, at: number, options: BackupOptions): Promise<Manifest> => {
  const { keys, withKeys, onProgress } = options
  const file = join(part, names.DATABASE_FILE)
  const marks = await takeSnapshot({
    from: options.database,
    to: file,
    bytesPerSecond: options.bytesPerSecond,
    onProgress: (done, total) => onProgress?.('copying', done, total),
  })
  const { size } = await stat(file)
  onProgress?.('checking', 0, size)
  const found = inspect(file, marks)
  await chmod(file, 0o600)
  await syncPath(file)
  await writeAssetIndex(file, join(part, names.ASSETS_FILE))
  if (withKeys) await put(join(part, names.KEYS_FILE), `${keys ?? ''}\n`)
  const manifest: Manifest = {
    format: names.FORMAT,
    roomkeeper: options.version,
    at,
    schema: found.schema,
    database: { bytes: (await stat(file)).size, sha256: await sha256Of(file) },
    counts: found.counts,
    lastFact: found.lastFact,
    keys: { needed: markKeys(found.keys, keys), included: withKeys },
    assets: { bytes: found.assetBytes },
    notIncluded: [...(withKeys ? [] : [NOT_INCLUDED.keys]), ...NOT_INCLUDED.rest],
  }
  await put(join(part, names.MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
  await syncPath(part)
  onProgress?.('checking', size, size)
  return manifest
}

/** Safe while a server has the database. Throws `BackupFailure`. */
export const makeBackup = async (options: BackupOptions): Promise<Backup> => {
  const { folder, keep, keys, withKeys } = options
  if (withKeys && keys === null) throw new BackupFailure('There are no keys to put into the backup.')
  await makeRoom(options)
  const at = Date.now()
  await sweepParts(folder, at)
  const part = join(folder, `.roomkeeper-part-${randomBytes(9).toString('base64url')}`)
  try {
    await mkdir(part, { mode: 0o700 })
    const manifest = await fill(part, at, options)
    const path = join(folder, await freeName(folder, at))
    await publish(part, path, folder)
    return { path, manifest, removed: keep === null ? [] : await keepNewest(folder, Math.max(1, keep)) }
  } catch (error) {
    await rm(part, { recursive: true, force: true })
    if (error instanceof BackupFailure) throw error
    throw new BackupFailure(`The backup cannot be written: ${saying(error)}.`, true)
  }
}
