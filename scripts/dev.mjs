// Runs the server and starts it anew when something under src changes. Node's own --watch aborts on Ctrl+C in
// 26.10 and can leave the server behind; here the server is let go of first, always.

import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** Editors write a file in several steps. */
const SETTLE_MS = 200

let child = null
let leaving = false
let again = false

const start = () => {
  again = false
  child = spawn(process.execPath, ['--env-file-if-exists=.env', 'src/main.ts'], {
    cwd: root,
    stdio: 'inherit',
  })
  child.on('exit', (code) => {
    child = null
    if (leaving) process.exit(code ?? 0)
    if (again) start()
    else console.log(`The server ended with ${code}; the next change starts it again.`)
  })
}

const restart = () => {
  if (leaving) return
  if (child === null) return start()
  again = true
  child.kill('SIGTERM')
}

let settled
watch(join(root, 'src'), { recursive: true }, () => {
  clearTimeout(settled)
  settled = setTimeout(restart, SETTLE_MS)
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // A terminal gives its Ctrl+C to the server as well; a second signal would hurry it.
    const told = leaving || (signal === 'SIGINT' && process.stdin.isTTY)
    leaving = true
    if (child === null) process.exit(0)
    if (!told) child.kill(signal)
  })
}

start()
