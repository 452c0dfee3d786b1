// What YouTube's answers mean for one destination. Pure. Live is what viewers can see: a stream that arrives and
// a broadcast that shows it.

import type { PlatformView } from '../../domain/egress.ts'
import type { Issue } from './probe.ts'
import { type ConfigurationIssue, isConfigurationIssue, type YouTubeStream } from './youtube-answers.ts'

/** More say nothing more. */
const ISSUES_MAX = 20
const TEXT_MAX = 300

const NO_DATA: Issue = {
  severity: 'warning',
  code: 'no_data',
  text: 'YouTube receives nothing on this key.',
}
const STREAM_ERROR: Issue = {
  severity: 'error',
  code: 'stream_error',
  text: 'YouTube cannot use what it receives.',
}
const NOT_SHOWN: Issue = {
  severity: 'warning',
  code: 'not_shown',
  text: 'YouTube receives the stream, and no broadcast shows it: press “Go live” in YouTube Studio, or turn auto-start on.',
}
const STARTING: Issue = { severity: 'info', code: 'broadcast_starting', text: 'The broadcast is starting.' }
const TESTING: Issue = {
  severity: 'info',
  code: 'broadcast_testing',
  text: 'The broadcast is a test that only the channel sees.',
}
export const STREAM_NOT_FOUND: Issue = {
  severity: 'info',
  code: 'stream_not_found',
  text: 'The channel that is asked has no stream with this key: it is another channel’s, or the key is wrong.',
}

const HEALTH: Readonly<Record<string, Issue>> = {
  bad: { severity: 'warning', code: 'health_bad', text: 'YouTube calls the stream’s health bad.' },
  revoked: { severity: 'error', code: 'stream_revoked', text: 'YouTube has revoked the stream.' },
}

const BROADCAST: Readonly<Record<string, readonly Issue[]>> = {
  live: [],
  liveStarting: [STARTING],
  testing: [TESTING],
  testStarting: [TESTING],
}

const SEVERITIES: readonly string[] = ['info', 'warning', 'error'] satisfies readonly Issue['severity'][]
const isSeverity = (text: string): text is Issue['severity'] => SEVERITIES.includes(text)

/** `videoBitrateLow` is `video_bitrate_low` here, like every other code. */
const codeOf = (type: string): string =>
  type
    .slice(0, 64)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()

const plain = (text: string): string =>
  text
    .slice(0, TEXT_MAX)
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()

const issueOf = (
  { type, severity = '', reason = '', description = '' }: ConfigurationIssue,
  scrub: (text: string) => string,
): Issue => ({
  severity: isSeverity(severity) ? severity : 'warning',
  code: codeOf(type),
  text: plain(scrub(description === '' ? reason : description)) || 'YouTube gives no details.',
})

const healthOf = ({ status }: YouTubeStream, scrub: (text: string) => string): readonly Issue[] => {
  const { status: health = '', configurationIssues = [] } = status.healthStatus ?? {}
  const word = Object.hasOwn(HEALTH, health) ? HEALTH[health] : undefined
  return [
    ...(word === undefined ? [] : [word]),
    ...configurationIssues.filter(isConfigurationIssue).map((issue) => issueOf(issue, scrub)),
  ]
}

/** `lifeCycle`: of the broadcast that shows this stream, null when none does. */
const stateOf = (
  streamStatus: string,
  lifeCycle: string | null,
): readonly [PlatformView['state'], readonly Issue[]] => {
  switch (streamStatus) {
    case 'active': {
      if (lifeCycle === null) return ['not_live', [NOT_SHOWN]]
      const issues = Object.hasOwn(BROADCAST, lifeCycle) ? BROADCAST[lifeCycle] : undefined
      return [lifeCycle === 'live' ? 'live' : 'not_live', issues ?? [NOT_SHOWN]]
    }
    case 'created':
    case 'ready':
    case 'inactive':
      return ['not_live', [NO_DATA]]
    case 'error':
      return ['not_live', [STREAM_ERROR]]
    default:
      return ['unknown', []]
  }
}

export const youtubeView = (
  stream: YouTubeStream,
  lifeCycle: string | null,
  observedAt: number,
  scrub: (text: string) => string,
): PlatformView => {
  const [state, issues] = stateOf(stream.status.streamStatus, lifeCycle)
  const all = new Map([...issues, ...healthOf(stream, scrub)].map((issue) => [issue.code, issue]))
  return { state, observedAt, issues: [...all.values()].slice(0, ISSUES_MAX) }
}
