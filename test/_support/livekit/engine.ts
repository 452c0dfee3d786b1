// What publishes an egress's streams: a simulated platform, or ffmpeg with real RTMP. Both tell the same story.

export interface PushEvents {
  /** The connection stands and the stream is being asked for: BEFORE the platform has accepted or refused it. */
  readonly creating: () => void
  /** It is over, and not because it was stopped. LiveKit's words. */
  readonly failed: (text: string) => void
}

/** One connection to one platform. */
export interface Push {
  /** Bytes that went out so far. */
  readonly sent: () => number
  /** Leaves; nothing is told any more. */
  readonly stop: () => void
}

export interface Engine {
  readonly name: string
  readonly push: (url: string, events: PushEvents) => Push
  readonly close: () => Promise<void>
}
