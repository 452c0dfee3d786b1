// Entry of the writer thread: the loop that commits, with what turns frames into rows. The only place where
// the archive's ingest and TikTok's bytes meet.

import { makeIngest } from './archive/ingest/ingest.ts'
import { serveWriter } from './db/writer-thread.ts'
import * as decoder from './tiktok/decode.ts'

await serveWriter({ ingest: (say) => makeIngest(decoder, say) })
