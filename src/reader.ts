// Entry of the reader thread.

import { serveReader } from './db/reader-thread.ts'

await serveReader()
