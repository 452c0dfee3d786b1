// The moods of the disk under the test writer, in shared memory.

export const Mood = {
  maxPages: 0,
  liesAfterCommit: 1,
  failsBeforeCommit: 2,
  fired: 3,
  failsQueries: 4,
} as const

export interface Moods {
  readonly shared: SharedArrayBuffer
}

export const newMoods = (): {
  readonly data: Moods
  readonly set: (mood: number, value: number) => void
  readonly fired: () => number
} => {
  const shared = new SharedArrayBuffer(64)
  const numbers = new Int32Array(shared)
  return {
    data: { shared },
    set: (mood, value) => void Atomics.store(numbers, mood, value),
    fired: () => Atomics.load(numbers, Mood.fired),
  }
}
