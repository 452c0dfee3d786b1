// Builds the console (web/) into web/dist when its sources changed since it was last built. Beside each text a
// brotli and a gzip copy is laid, so that serving compresses nothing. The new folder takes the place of the old
// one in one step: a server that runs meanwhile never sees half of it.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const web = join(root, 'web')
const dist = join(web, 'dist')
/** Holds the digest of what dist was built from. */
const mark = '.sources'
const TEXT = /\.(?:js|css|html|svg|json|wasm|map|txt)$/
/** Compressing less than this gains nothing. */
const SMALL_BYTES = 512

const filesIn = (folder, skip = []) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !skip.includes(name) && !name.startsWith('.'))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesIn(path, ['node_modules']) : [path]
    })
    .sort()

/** What the console is made of: its sources, types it takes from the server, the versions of its packages. */
const digest = () => {
  const hash = createHash('sha256')
  const sources = [
    ...filesIn(web, ['dist', 'node_modules']),
    join(root, 'package-lock.json'),
    fileURLToPath(import.meta.url),
  ]
  for (const path of sources) hash.update(`${relative(root, path)}\0`).update(readFileSync(path))
  return hash.digest('hex')
}

const compress = (path) => {
  const bytes = readFileSync(path)
  if (bytes.length < SMALL_BYTES || !TEXT.test(path)) return
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  }
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }))
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
}

/** Puts the fresh folder in place. When two build at once, the one that comes second wins. */
const swap = (fresh) => {
  const old = `${fresh}-old`
  for (let tries = 0; tries < 5 && existsSync(fresh); tries += 1) {
    rmSync(old, { recursive: true, force: true })
    try {
      if (existsSync(dist)) renameSync(dist, old)
      renameSync(fresh, dist)
    } catch (error) {
      if (tries === 4) throw error
    }
  }
  rmSync(old, { recursive: true, force: true })
}

const build = (sources) => {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  if (!existsSync(vite)) {
    console.error(
      `The console ${existsSync(dist) ? 'is older than its sources' : 'is not built'}: vite is not installed.`,
    )
    return 0
  }
  console.error('Building the console …')
  const from = performance.now()
  const fresh = join(web, `.dist-${process.pid}`)
  // Vite needs a newer Node than the one that may run this.
  const node = join(root, 'node_modules', '.bin', 'node')
  const done = spawnSync(
    existsSync(node) ? node : process.execPath,
    [
      vite,
      'build',
      '--config',
      join(web, 'vite.config.ts'),
      '--outDir',
      fresh,
      '--emptyOutDir',
      '--logLevel',
      'warn',
    ],
    // A test that starts this has another NODE_ENV, and would get what is made for developing.
    {
      cwd: web,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, NODE_ENV: 'production' },
    },
  )
  const isBuilt = done.status === 0 && existsSync(join(fresh, 'index.html'))
  // What was built and how large it is, for who asked for it; in front of another command it is only in the way.
  if (!isBuilt || process.env.npm_lifecycle_event === 'build') console.error(done.stdout + done.stderr)
  if (!isBuilt) {
    rmSync(fresh, { recursive: true, force: true })
    console.error('The console could not be built: see above.')
    return 1
  }
  for (const path of filesIn(fresh)) compress(path)
  writeFileSync(join(fresh, mark), sources)
  swap(fresh)
  console.error(`The console is built (${((performance.now() - from) / 1000).toFixed(1)} s).`)
  return 0
}

if (existsSync(join(web, 'index.html'))) {
  const sources = digest()
  const built = existsSync(join(dist, mark)) ? readFileSync(join(dist, mark), 'utf8') : null
  if (built !== sources) process.exitCode = build(sources)
}
