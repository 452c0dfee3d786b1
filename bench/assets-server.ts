// A child: S3 by somebody else over sockets, for the throughput of assets.

import { startWireS3 } from '../test/_support/s3/fauxqs.ts'
import { parent } from './child.ts'

const wire = await startWireS3()
parent.tell('serving', { endpoint: wire.endpoint })
