// Which backups stay: the newest ones, and whatever in the folder is not a backup. What a killed run left goes.

import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { byAge, isName, isPart, MANIFEST_FILE, manifestIn } from './manifest.ts'

/** No backup takes longer; what is older belongs to a run that is gone. */
const PART_MAX_MS = 86_400_000

/** Names of the backups in a folder, oldest first. */
export const listBackups = async (folder: string): Promise<readonly string[]> => {
  const names = (await readdir(folder)).filter(isName).sort(byAge)
  const whole = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name, MANIFEST_FILE), 'utf8').catch(() => '')
      return manifestIn(text) === null ? [] : [name]
    }),
  )
  return whole.flat()
}

/** Keeps the newest `keep`; answers the names that were removed. */
export const keepNewest = async (folder: string, keep: number): Promise<readonly string[]> => {
  const all = await listBackups(folder)
  const old = all.slice(0, Math.max(0, all.length - keep))
  for (const name of old) {
    // Without its manifest it is no backup any more, should this end in the middle.
    await rm(join(folder, name, MANIFEST_FILE), { force: true })
    await rm(join(folder, name), { recursive: true, force: true })
  }
  return old
}

export const sweepParts = async (folder: string, nowMs: number): Promise<void> => {
  for (const name of (await readdir(folder)).filter(isPart)) {
    const found = await stat(join(folder, name)).catch(() => null)
    if (found !== null && nowMs - found.mtimeMs > PART_MAX_MS) {
      await rm(join(folder, name), { recursive: true, force: true })
    }
  }
}
