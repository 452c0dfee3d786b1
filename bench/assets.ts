// Assets: pages of the index beside pages of the bucket, bytes in and out beside the raw store, a large sweep, and
// files far larger than memory may become.

import type { Bench } from './figures.ts'
import { listFigure } from './assets-list.ts'
import { largeFigure } from './assets-large.ts'
import { PER_SECOND, sweepFigure } from './assets-sweep.ts'
import { transferFigures } from './assets-transfer.ts'

export const bench: Bench = async function* ({ quick }) {
  yield await listFigure(quick ? 20_000 : 1_000_000)
  yield* transferFigures(quick ? 32 : 512)
  yield await sweepFigure(quick ? 5_000 : 100_000, 1_000)
  yield await sweepFigure(quick ? 250 : 1_500, PER_SECOND)
  yield await largeFigure(quick ? 64 : 2_048)
}
