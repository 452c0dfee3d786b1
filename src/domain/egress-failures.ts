// Why a destination is not on air: the one table of error codes, with whose fault it is, whether to try again,
// and what a person can do. `docs/api.md` is checked against it.

/**
 * `again`: `retry` with backoff until the attempts are used up; `few`: three tries, because it is most likely
 * wrong; `wait`: with backoff for as long as it is wanted; `never`: only a person's command tries again.
 */
interface Row {
  readonly fault: 'destination' | 'livekit' | 'room' | 'owner'
  readonly again: 'retry' | 'few' | 'wait' | 'never'
  readonly sentence: string
  readonly advice: string
}

export const EGRESS_FAILURES = {
  livekit_unconfigured: {
    fault: 'owner',
    again: 'never',
    sentence: 'No LiveKit server is configured.',
    advice: 'Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET and start the server again.',
  },
  livekit_unreachable: {
    fault: 'livekit',
    again: 'wait',
    sentence: 'LiveKit cannot be reached, or answers with an error.',
    advice: 'Nothing needs to be done: it is tried again. Check LIVEKIT_URL when it lasts.',
  },
  livekit_auth: {
    fault: 'owner',
    again: 'wait',
    sentence: 'LiveKit refuses the API key.',
    advice: 'Check LIVEKIT_API_KEY and LIVEKIT_API_SECRET.',
  },
  room_not_found: {
    fault: 'room',
    again: 'wait',
    sentence: 'LiveKit has no such room: nobody is in it.',
    advice: 'Join the LiveKit room; it is tried again by itself.',
  },
  quota_exceeded: {
    fault: 'livekit',
    again: 'wait',
    sentence: 'LiveKit has no room for another egress.',
    advice: 'Stop another egress, or add an egress node or a larger plan.',
  },
  blocked_quota: {
    fault: 'livekit',
    again: 'never',
    sentence: 'LiveKit had no room for another egress ten times in a row.',
    advice: 'Stop another egress or enlarge the plan, then retry.',
  },
  destination_rejected: {
    fault: 'destination',
    again: 'few',
    sentence:
      'The platform accepts the connection and refuses the stream: most likely the stream key is wrong.',
    advice: 'Copy the stream key from the platform again, then retry.',
  },
  destination_unreachable: {
    fault: 'destination',
    again: 'retry',
    sentence: 'The platform cannot be reached.',
    advice: 'Check the URL. If it is right the platform is down, and it is tried again.',
  },
  destination_lost: {
    fault: 'destination',
    again: 'retry',
    sentence: 'The platform closed the connection.',
    advice: 'Nothing needs to be done: it is tried again.',
  },
  destination_invalid: {
    fault: 'owner',
    again: 'never',
    sentence: 'LiveKit does not accept the URL.',
    advice: 'Correct the URL of the destination, then retry.',
  },
  destination_in_use: {
    fault: 'owner',
    again: 'wait',
    sentence: 'Something else is sent to this address with this stream key.',
    advice:
      'Give each destination a stream key of its own, or stop the other one: it is tried again by itself.',
  },
  key_missing: {
    fault: 'owner',
    again: 'never',
    sentence: 'No stream key is set.',
    advice: 'Set the stream key of the destination, then retry.',
  },
  start_unknown: {
    fault: 'livekit',
    again: 'retry',
    sentence: 'The answer to a start was lost; whether it runs is being found out.',
    advice: 'Nothing needs to be done: nothing is started before it is known.',
  },
  start_aborted: {
    fault: 'livekit',
    again: 'retry',
    sentence: 'LiveKit gave up before the egress began.',
    advice: 'Nothing needs to be done: it is tried again.',
  },
  limit_reached: {
    fault: 'livekit',
    again: 'retry',
    sentence: "The egress reached LiveKit's time limit.",
    advice: 'Nothing needs to be done: the next one begins at once.',
  },
  cpu_exhausted: {
    fault: 'livekit',
    again: 'retry',
    sentence: "LiveKit's egress node had no CPU or memory left.",
    advice: 'Add an egress node, or encode fewer pixels.',
  },
  source_closed: {
    fault: 'room',
    again: 'wait',
    sentence: 'The LiveKit room closed or became empty.',
    advice: 'Join the LiveKit room; it is tried again by itself.',
  },
  egress_failed: {
    fault: 'livekit',
    again: 'retry',
    sentence: 'The egress failed inside LiveKit.',
    advice: 'Nothing needs to be done: it is tried again.',
  },
  egress_gone: {
    fault: 'livekit',
    again: 'retry',
    sentence: 'LiveKit does not know the egress any more.',
    advice: 'Nothing needs to be done: it is tried again.',
  },
  ended_elsewhere: {
    fault: 'room',
    again: 'retry',
    sentence: 'The egress was ended by somebody else.',
    advice: 'Use stop here when it shall stay off; until then it is started again.',
  },
  stalled: {
    fault: 'livekit',
    again: 'retry',
    sentence: 'The egress says that it runs, but nothing has moved for a minute.',
    advice: 'Nothing needs to be done: it is stopped and started again.',
  },
  stop_unconfirmed: {
    fault: 'livekit',
    again: 'wait',
    sentence: 'LiveKit does not confirm that the egress has stopped.',
    advice: 'Look whether the platform still receives; starting with force accepts a second publisher.',
  },
  internal: {
    fault: 'livekit',
    again: 'retry',
    sentence: 'Something went wrong here.',
    advice: 'The log names it by the correlation id.',
  },
} as const satisfies Readonly<Record<string, Row>>

export type EgressFailure = keyof typeof EGRESS_FAILURES
export const EGRESS_FAILURE_CODES = Object.keys(EGRESS_FAILURES) as readonly EgressFailure[]
