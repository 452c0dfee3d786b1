// A process that uploads one file and stops at a named step, to be killed there. It says `at <step>` and waits.

import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { folderStore } from '../../../src/assets/folder.ts'
import type { S3Options } from '../../../src/assets/s3-client.ts'
import { ObjectStore, type Bytes } from '../../../src/assets/store.ts'
import { startDatabase } from '../db.ts'
import { pieces, startAssets, vrm } from './uploads.ts'

/** In the order in which an upload comes to them. */
export const STEPS = ['row', 'half', 'sealed', 'stored', 'committed'] as const
export type Step = (typeof STEPS)[number]

export interface ChildInput {
  readonly folder: string
  readonly step: Step
  readonly key: string
  readonly size: number
  readonly seed: number
  readonly replace: boolean
  readonly store: { readonly dir: string } | { readonly s3: S3Options }
}

export const storeOf = (store: ChildInput['store']): Layer.Layer<ObjectStore> =>
  'dir' in store
    ? folderStore(store.dir)
    : Layer.unwrap(
        Effect.map(
          Effect.promise(() => import('../../../src/assets/s3-store.ts')),
          ({ s3Store }) => s3Store(store.s3),
        ),
      )

const stop = (step: Step): Promise<never> => {
  process.stdout.write(`at ${step}\n`)
  // Whoever started this is gone when nobody kills it.
  setTimeout(() => process.exit(1), 120_000)
  return new Promise(() => {})
}

/** The body, which stops on the way, or after its last byte. */
async function* stopping(body: Bytes, step: Step, half: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const piece of body) {
    yield piece
    bytes += piece.byteLength
    if (step === 'half' && bytes >= half) await stop(step)
  }
  if (step === 'sealed') await stop(step)
}

const stoppingStore = ({ step, size, store }: ChildInput): Layer.Layer<ObjectStore> =>
  Layer.effect(
    ObjectStore,
    Effect.map(Effect.service(ObjectStore), (inner) =>
      ObjectStore.of({
        ...inner,
        put: (put, body) =>
          Effect.gen(function* () {
            if (step === 'row') yield* Effect.promise(() => stop(step))
            const stored = yield* inner.put(put, stopping(body, step, size / 2))
            if (step === 'stored') yield* Effect.promise(() => stop(step))
            return stored
          }),
      }),
    ),
  ).pipe(Layer.provide(storeOf(store)))

const main = async (input: ChildInput): Promise<void> => {
  const db = await startDatabase({ folder: input.folder })
  const { upload } = await startAssets(db, stoppingStore(input), 'boot-killed')
  const { key, replace, size, seed } = input
  await upload(key, pieces(vrm(size, seed)), { replace })
  await stop('committed')
}

const [input] = process.argv.slice(2)
if (import.meta.main && input !== undefined) await main(JSON.parse(input) as ChildInput)
