// Entry of an export's thread.

import { serveExport } from './archive/exports/thread.ts'

await serveExport()
