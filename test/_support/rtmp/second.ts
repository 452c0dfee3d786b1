// The ingest beside node-media-server: nginx where it is installed, else our own.

import type { Ingest } from './ingest.ts'
import { hasNginx, startNginx } from './nginx.ts'
import { startOwnServer } from './own-server.ts'

export const SECOND = hasNginx() ? 'nginx-rtmp' : 'our own RTMP server'

export const startSecond = (): Promise<Ingest> => (hasNginx() ? startNginx() : startOwnServer())
