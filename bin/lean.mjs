// What the server's process begins with: `node --max-semi-space-size=2 --import ./bin/lean.mjs src/main.ts`. Plain
// JavaScript, so that compiled code is there before the first TypeScript is met: what strips types (16 MB of WebAssembly
// and as much beside) is then never loaded.

import * as module from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { isMainThread } from 'node:worker_threads'

module.enableCompileCache(
  process.env.NODE_COMPILE_CACHE ??
    fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)),
)

// A small young generation is for the main thread, whose garbage is mostly pieces of files on their way through: it is
// collected when that space is full, and the pieces go with it. Threads that decode and write have what V8 gives.
if (isMainThread) setFlagsFromString('--max-semi-space-size=0')
