// The conformance suite against S3 that is not ours: another server over sockets. It says which it ran against.

import manifest from '../../package.json' with { type: 'json' }
import { it, expect } from 'vitest'
import { s3Store } from '../../src/assets/s3-store.ts'
import { startWireS3, type WireS3 } from '../_support/s3/fauxqs.ts'
import { standInStore } from '../_support/s3/library.ts'
import { S3StandIn } from '../_support/s3/handler.ts'
import { conformance } from './conformance.ts'

conformance(
  `fauxqs ${manifest.devDependencies.fauxqs}, over sockets, which knows no conditions`,
  async () => {
    const wire: WireS3 = await startWireS3('shows/')
    return { layer: s3Store(wire.options), leftovers: wire.openUploads, close: wire.stop }
  },
  { conditions: false },
)

const s3 = new S3StandIn()
conformance('S3 in this process, through the SDK, to a caller that may list', () =>
  Promise.resolve({
    layer: standInStore(s3),
    leftovers: () => Promise.resolve(s3.bucket.uploads.size),
  }),
)

it('A01: none of it listed the bucket, and nothing was deleted in bulk', () => {
  expect(s3.log.length).toBeGreaterThan(50)
  expect(s3.count('ListObjectsV2') + s3.count('DeleteObjects') + s3.count('Unknown')).toBe(0)
})
