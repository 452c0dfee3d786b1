// A backup becomes the database again, while no server has it. What is there is put aside first, whole, and one
// rename puts the other in its place: killed at any point, there is the old database or the restored one.

import { existsSync } from 'node:fs'
import { link, mkdir, mkdtemp, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathOf } from '../db/client.ts'
import { Refusal } from '../db/failure.ts'
import { takeLock } from '../db/lock.ts'
import { MIGRATIONS } from '../db/migrate.ts'
import { BackupFailure, saying } from './failure.ts'
import { copySynced, freeBytes, publish, put, syncPath } from './files.ts'
import { inspect } from './inspection.ts'
import { missingFrom } from './keys.ts'
import * as names from './manifest.ts'
import type { Manifest } from './manifest.ts'

export interface RestoreOptions {
  /** The folder of one backup. */
  readonly backup: string
  readonly database: string
  /** Where the server keeps its keys when they are not in the environment. */
  readonly keysFile: string
  /** The key ring of the environment; null when it has none. */
  readonly keys: string | null
}

export interface Restored {
  readonly manifest: Manifest
  /** Where the database that was there is now; null when there was none. */
  readonly aside: string | null
  /** Keys that its secrets are sealed with and the server does not have: what they seal has to be set anew. */
  readonly missingKeys: readonly string[]
}

/** The file that a URL names, or null for a database elsewhere. */
export const databaseFile = pathOf

const LOG_FILES = ['-wal', '-shm', '-journal'] as const

const readManifest = async (folder: string): Promise<Manifest> => {
  const text = await readFile(join(folder, names.MANIFEST_FILE), 'utf8').catch(() => null)
  const manifest = text === null ? null : names.manifestIn(text)
  if (manifest === null) throw new BackupFailure(`${folder} is not a backup: it has no manifest.`)
  if (manifest.format !== names.FORMAT) throw new BackupFailure('The backup is of a newer Roomkeeper.')
  const newest = MIGRATIONS.at(-1)?.version ?? 0
  if (manifest.schema > newest) {
    throw new BackupFailure(
      `The backup has schema ${manifest.schema}, this Roomkeeper knows ${newest}: restore it with the newer one.`,
    )
  }
  return manifest
}

const lock = (database: string) => {
  try {
    return takeLock(database)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new BackupFailure(`A server runs on this database (${error.message}): stop it first.`, true)
  }
}

/** One file that is all of it; false when it is too damaged for that. */
const settle = (database: string): boolean => {
  try {
    const old = new DatabaseSync(database)
    try {
      old.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      old.exec('PRAGMA journal_mode = DELETE')
    } finally {
      old.close()
    }
    return true
  } catch {
    return false
  }
}

/** A log that stays behind would be read into the other database. */
const putAside = async (database: string, aside: string): Promise<boolean> => {
  if (!existsSync(database)) return false
  settle(database)
  for (const end of LOG_FILES) {
    const file = database + end
    if (existsSync(file)) await rename(file, join(aside, names.DATABASE_FILE + end))
  }
  await link(database, join(aside, names.DATABASE_FILE)).catch(async () => {
    await copySynced(database, join(aside, names.DATABASE_FILE))
  })
  await syncPath(aside)
  return true
}

/** The keys of the backup take the place of the server's own, which go aside; the environment's stay what they are. */
const restoreKeys = async (
  { backup, keysFile, keys }: RestoreOptions,
  { keys: { needed, included } }: Manifest,
  aside: string,
): Promise<readonly string[]> => {
  const own = keys ?? (await readFile(keysFile, 'utf8').catch(() => null))
  const missing = missingFrom(own, needed)
  if (missing.length === 0 || !included || keys !== null) return missing
  const brought = await readFile(join(backup, names.KEYS_FILE), 'utf8')
  if (own !== null) await put(join(aside, names.KEYS_FILE), own)
  await put(`${keysFile}.restoring`, brought)
  await publish(`${keysFile}.restoring`, keysFile, dirname(keysFile))
  return missingFrom(brought, needed)
}

/** Throws `BackupFailure`, and has changed nothing then. */
export const restoreBackup = async (options: RestoreOptions): Promise<Restored> => {
  const { backup, database } = options
  const manifest = await readManifest(backup)
  const folder = dirname(database)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const held = lock(database)
  const restoring = `${database}.restoring`
  try {
    const { bytes, sha256 } = manifest.database
    if ((await freeBytes(folder)) < bytes) {
      throw new BackupFailure(`There are not ${Math.ceil(bytes / 1e6)} MB free in ${folder}.`, true)
    }
    const file = join(backup, names.DATABASE_FILE)
    const copied = (await stat(file).catch(() => null)) === null ? null : await copySynced(file, restoring)
    if (copied !== sha256)
      throw new BackupFailure('The backup is damaged: its database is not what was written.')
    inspect(restoring, null)
    const aside = await mkdtemp(join(folder, `before-restore-${names.nameAt(Date.now()).slice(11)}-`))
    const missingKeys = await restoreKeys(options, manifest, aside)
    const isAside = await putAside(database, aside)
    await publish(restoring, database, folder)
    if (!isAside) await rmdir(aside).catch(() => undefined)
    return { manifest, aside: isAside ? aside : null, missingKeys }
  } catch (error) {
    if (error instanceof BackupFailure) throw error
    throw new BackupFailure(`The backup cannot be restored: ${saying(error)}.`)
  } finally {
    await rm(restoring, { force: true })
    held.release()
  }
}
