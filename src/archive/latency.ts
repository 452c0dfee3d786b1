// How long frames take from their arrival to their durable row: quantiles over the last minute, in buckets
// that grow by a tenth, so within five per cent. Reading it costs the main thread nothing worth naming.

const GROWTH = Math.log(1.1)
const BUCKETS = 160
const HALF_MINUTE_MS = 30_000

const bucketOf = (ms: number): number =>
  Math.min(BUCKETS - 1, Math.max(0, Math.round(Math.log(Math.max(ms, 1)) / GROWTH)))
const msOf = (bucket: number): number => Math.exp(bucket * GROWTH)

export class Latency {
  #now = new Float64Array(BUCKETS)
  #before = new Float64Array(BUCKETS)
  #since = 0

  /** `now` is monotonic, `frames` how many took this long. */
  add(ms: number, frames: number, now: number): void {
    this.#turn(now)
    const bucket = bucketOf(ms)
    this.#now[bucket] = (this.#now[bucket] ?? 0) + frames
  }

  /** Milliseconds; 0 when nothing arrived within the last minute. */
  quantile(share: number, now: number): number {
    this.#turn(now)
    const counts = this.#now.map((count, bucket) => count + (this.#before[bucket] ?? 0))
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (total === 0) return 0
    let left = total * share
    const bucket = counts.findIndex((count) => (left -= count) <= 0)
    return msOf(bucket === -1 ? BUCKETS - 1 : bucket)
  }

  #turn(now: number): void {
    const halves = Math.floor((now - this.#since) / HALF_MINUTE_MS)
    if (halves <= 0) return
    this.#before = halves === 1 ? this.#now : new Float64Array(BUCKETS)
    this.#now = new Float64Array(BUCKETS)
    this.#since += halves * HALF_MINUTE_MS
  }
}
