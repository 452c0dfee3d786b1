// "It is live and you did not record it, why?": one sentence, what happens next by itself, what a person can do.
// Pure: everything it says rests on the evidence beside it.

import type { Diagnosis, RoomStatus, SignBudgetStatus } from './rooms.ts'

export interface Evidence {
  readonly status: RoomStatus
  readonly nextLookAt: number | null
  readonly habitualHoursUtc: readonly number[]
  readonly signBudget: SignBudgetStatus
  readonly restarts: number
  readonly storageFailing: boolean
  readonly storageError: string | null
  readonly autoMonitorEnabled: boolean
  readonly now: number
}

type Finding = Pick<Diagnosis, 'code' | 'sentence' | 'next' | 'advice'>

const seconds = (ms: number): string => {
  const whole = Math.max(0, Math.round(ms / 1_000))
  return whole < 120 ? `${whole} s` : `${Math.round(whole / 60)} min`
}

const inTime = (at: number | null, now: number): string => (at === null ? 'soon' : `in ${seconds(at - now)}`)

/** What a person can do about a look without an answer, by what the sources complained of. */
const adviceOn = (errors: readonly string[]): string => {
  if (errors.includes('user_not_found')) {
    return 'TikTok knows nobody by this handle: look whether it is spelt right, and rename the room when it has changed.'
  }
  if (errors.includes('age_restricted')) {
    return 'TikTok shows this broadcast to adults who are logged in only; it cannot be recorded from here.'
  }
  if (errors.some((error) => error === 'timeout' || error.startsWith('network_'))) {
    return 'TikTok cannot be reached: look at the network, and at the proxy when the room or the server has one.'
  }
  return 'If this lasts, TikTok may be blocking this address: set a proxy for the room or the server.'
}

const watching = ({ status, nextLookAt, now }: Evidence): Finding => {
  const next = `The next look is ${inTime(nextLookAt, now)}.`
  const look = status.lastLook
  if (look === null) {
    return { code: 'not_looked_yet', sentence: 'The room has not been looked at yet.', next, advice: null }
  }
  const ago = seconds(now - look.at)
  if (look.answer === 'unknown') {
    const complaints = look.sources.flatMap(({ source, error }) =>
      error === null ? [] : [{ error, said: `${source}: ${error}` }],
    )
    const errors = complaints.map(({ said }) => said)
    return {
      code: 'unknown',
      sentence: `TikTok gave no usable answer ${ago} ago${errors.length > 0 ? ` (${errors.join(', ')})` : ''}.`,
      next,
      advice: adviceOn(complaints.map(({ error }) => error)),
    }
  }
  const complaint = status.lastError === null ? '' : ` The last attempt ended with ${status.lastError}.`
  return {
    code: 'offline',
    sentence:
      look.answer === 'offline'
        ? `TikTok said ${ago} ago that the room is not live.${complaint}`
        : `TikTok said ${ago} ago that the room is live, but it could not be recorded.${complaint}`,
    next,
    advice: 'If the creator is live under another handle, rename the room.',
  }
}

const connecting = ({ status, signBudget, now }: Evidence, code: 'connecting' | 'reconnecting'): Finding => {
  const { waiting } = status
  if (waiting?.for === 'sign_budget') {
    return {
      code: 'sign_limited',
      sentence: `The room waits for a sign request; ${signBudget.waiting} rooms wait, ${signBudget.available} of ${signBudget.perMinute} a minute are left.`,
      next: `The next permit is due ${inTime(signBudget.nextAt, now)}.`,
      advice: 'More keys of the sign server, or a higher limit in the settings, make the wait shorter.',
    }
  }
  const error = status.lastError === null ? '' : ` The last attempt ended with ${status.lastError}.`
  return {
    code,
    sentence:
      code === 'connecting'
        ? `The room is live and attempt ${status.attempt} to connect is under way.${error}`
        : `The connection was lost and attempt ${status.attempt} to resume is under way.${error}`,
    next:
      waiting?.for === 'backoff' && waiting.untilAt !== null
        ? `The next attempt is ${inTime(waiting.untilAt, now)}.`
        : 'Recording goes on as soon as the connection is open.',
    advice: null,
  }
}

const finding = (evidence: Evidence): Finding => {
  const { status, now } = evidence
  switch (status.state) {
    case 'live.receiving':
    case 'live.paused':
      return evidence.storageFailing
        ? {
            code: 'storage_failing',
            sentence: `The room is connected, but events cannot be stored${evidence.storageError === null ? '' : ` (${evidence.storageError})`}.`,
            next: 'What arrives is held back and stored when the disk allows it.',
            advice: 'Free disk space and look at the log.',
          }
        : {
            code: 'recording',
            sentence:
              status.state === 'live.paused'
                ? 'The room is being recorded; the creator has paused.'
                : 'The room is being recorded.',
            next: 'Recording ends with the broadcast.',
            advice: null,
          }
    case 'connecting':
      return connecting(evidence, 'connecting')
    case 'live.reconnecting':
      return connecting(evidence, 'reconnecting')
    case 'watching':
      return watching(evidence)
    case 'cooldown':
      return {
        code: 'cooldown',
        sentence: `The room rests after ${status.cooldownReason ?? 'its last session'}.`,
        next: `Watching goes on ${inTime(status.waiting?.untilAt ?? null, now)}.`,
        advice: 'Start the room with force to end the rest.',
      }
    case 'draining':
    case 'archiving.writing':
    case 'archiving.waiting':
      return {
        code: evidence.storageFailing ? 'storage_failing' : 'archiving',
        sentence:
          status.state === 'archiving.waiting'
            ? `The last session could not be archived yet: ${status.lastError ?? 'storage does not answer'}.`
            : 'The last session is being archived.',
        next: 'It is tried until it succeeds; then watching goes on.',
        advice: status.state === 'archiving.waiting' ? 'Free disk space and look at the log.' : null,
      }
    case 'quarantined':
      return {
        code: 'quarantined',
        sentence: `The room failed ${evidence.restarts} times and was set aside: ${status.lastError ?? 'no reason known'}.`,
        next: 'Nothing happens by itself.',
        advice: 'Find the cause in the log, then release the room.',
      }
    case 'off':
      return status.monitor && !evidence.autoMonitorEnabled
        ? {
            code: 'monitor_disabled',
            sentence: 'Watching is switched off for all rooms.',
            next: 'Nothing happens by itself.',
            advice: 'Switch autoMonitorEnabled on in the settings.',
          }
        : {
            code: 'off',
            sentence: 'The room is not watched.',
            next: 'Nothing happens by itself.',
            advice: 'Switch its monitor on, or start it.',
          }
  }
}

export const diagnosisOf = (evidence: Evidence): Diagnosis => {
  const found = finding(evidence)
  const { status, nextLookAt, habitualHoursUtc, signBudget, restarts, storageFailing } = evidence
  return {
    recording: found.code === 'recording',
    ...found,
    evidence: {
      status,
      lookedAt: status.lastLook?.at ?? null,
      nextLookAt,
      habitualHoursUtc,
      signBudget,
      restarts,
      storageFailing,
    },
  }
}
