// More variables of the environment: how facts are sent to others, and what rooms may keep. The rest, and what a variable is, are in
// `variables.ts`.

import { anything, integer } from './variable-rules.ts'
import type { Variable } from './variables.ts'

const DAY = 86_400_000

/** In the order of `.env.example`, after those of `variables.ts`. */
export const REACH: readonly Variable[] = [
  {
    name: 'WEBHOOK_PRIVATE_HOSTS',
    fallback: '',
    about: 'private hosts that webhooks may go to, also without TLS: host or host:port, separated by commas',
    wrong: anything,
  },
  {
    name: 'WEBHOOK_TIMEOUT_MS',
    fallback: '15000',
    about: 'how long a receiver may take to answer',
    wrong: integer(100, 60_000),
  },
  {
    name: 'WEBHOOK_RETRY_BASE_MS',
    fallback: '5000',
    about: 'the first wait before a message is sent again; it doubles, with jitter',
    wrong: integer(10, DAY),
  },
  {
    name: 'WEBHOOK_RETRY_CAP_MS',
    fallback: '14400000',
    about: 'the longest wait before it is sent again',
    wrong: integer(10, 7 * DAY),
  },
  {
    name: 'WEBHOOK_GIVE_UP_MS',
    fallback: '259200000',
    about: 'a webhook that took nothing for this long is disabled',
    wrong: integer(100, 60 * DAY),
  },
  {
    name: 'ASSET_QUOTA_COUNT',
    fallback: '',
    about: 'how many assets a room may have; no limit when empty',
    wrong: integer(1, 1_000_000_000),
  },
  {
    name: 'ASSET_QUOTA_BYTES',
    fallback: '',
    about: 'how many bytes the assets of a room may have together; no limit when empty',
    wrong: integer(1, 2 ** 53 - 1),
  },
]
