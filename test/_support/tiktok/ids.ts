// Numbers that look like TikTok's: 19 digits, unique, not in the order of time. And a seeded random generator.

/** A small seeded generator (mulberry32): the same seed, the same stream of numbers in [0, 1). */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Seconds in the upper half, a full-period walk through 32 bits in the lower: unique, and not monotonic. */
const walk = (step: number) => {
  // Starts anywhere, so that two stand-ins started in the same second do not give the same ids.
  let low = Number(process.hrtime.bigint() & 0xffff_ffffn)
  return (): string => {
    low = (low + step) >>> 0
    const seconds = BigInt(Math.floor(Date.now() / 1_000))
    return String((seconds << 32n) | BigInt(low))
  }
}

export const messageIds = (): (() => string) => walk(2_654_435_761)
export const broadcastIds = (): (() => string) => walk(2_246_822_519)

const NAMES = ['Mori', 'Ana', 'Kofi', 'Lena', 'Yuki', 'Omar', 'Ines', 'Tariq', 'Wren', 'Noor', 'Pia', 'Sven']

/** The n-th viewer: always the same person for the same number. */
export const person = (n: number): { id: string; handle: string; nickname: string } => ({
  id: String(7_000_000_000_000_000_000n + BigInt(n)),
  handle: `viewer.${n}`,
  nickname: `${NAMES[n % NAMES.length] ?? 'Mori'} ${n}`,
})
