// The entry of the server. Compiled code is kept beside the packages, where nobody else can put any: that halves the
// time to start, and what turns TypeScript into JavaScript need not be loaded (40 MB). Threads hear of it by the
// environment. What starts is in `serve.ts`.

import * as module from 'node:module'
import { fileURLToPath } from 'node:url'

process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('../node_modules/.cache/compiled', import.meta.url),
)
module.enableCompileCache(process.env['NODE_COMPILE_CACHE'])
await import('./serve.ts')
// Who is killed never gets to write it. A folder that cannot be written changes nothing.
module.flushCompileCache()
