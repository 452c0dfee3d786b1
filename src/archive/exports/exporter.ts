// Who turns a plan into bytes for the server: somewhere where neither timers nor sockets wait for it.

import * as Context from 'effect/Context'
import type { ExportPlan } from './plan.ts'

export class Exporter extends Context.Service<
  Exporter,
  {
    /**
     * The file, in pieces. Nothing runs before the first is pulled, little is made ahead of the reader, and ending
     * early, by `return`, ends all of it. A file that fails half way fails its reader: it never just ends.
     */
    readonly open: (plan: ExportPlan) => AsyncIterable<Uint8Array>
    /** Exports under way: threads that have not ended yet. */
    readonly running: () => number
  }
>()('roomkeeper/archive/Exporter') {}
