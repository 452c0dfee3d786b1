// Time and CPU of this process, all its threads together.

export interface Metered {
  readonly ms: number
  readonly cpuUs: number
}

/** Starts measuring; what it answers stops it. */
export const meter = (): (() => Metered) => {
  const startedAt = performance.now()
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return { ms: performance.now() - startedAt, cpuUs: user + system }
  }
}
