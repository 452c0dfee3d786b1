// The moods of the disk under the recorder's writer thread in tests, in shared memory.

/** Each is a number that the test sets and the writer thread reads. */
export const Mood = {
  /** So many commits from now are done and then reported as unknown. */
  lies: 0,
  /** So many commits from now fail before they are begun, with the kind below. */
  fails: 1,
  kind: 2,
  /** Each commit takes at least so many milliseconds, with the thread blocked as it is in fsync. */
  slowMs: 3,
  /** The process is killed before the n-th statement of the next archive transaction; n past the last: after it. */
  killAtStatement: 4,
  /** How often any of them struck. */
  fired: 5,
  /** Commits so far. */
  commits: 6,
  /** Rows that transactions with an archive in them have changed so far, journal and witness left out. */
  archiveRows: 7,
  /** Pages that the file may have: a real SQLITE_FULL. 0: as many as the disk has. Asked for at every opening. */
  maxPages: 8,
} as const

export const KINDS = ['io', 'full', 'busy', 'readonly'] as const

export interface Moods {
  readonly shared: SharedArrayBuffer
}

export const newMoods = () => {
  const shared = new SharedArrayBuffer(64)
  const numbers = new Int32Array(shared)
  const moods: Moods = { shared }
  return {
    moods,
    set: (mood: keyof typeof Mood, value: number): void => void Atomics.store(numbers, Mood[mood], value),
    get: (mood: keyof typeof Mood): number => Atomics.load(numbers, Mood[mood]),
  }
}
