import { House } from './house.ts'
import { CONTROL } from './fake-tiktok.ts'
const seg: Record<string, number> = {}
let last = 0
const lap = (k: string) => {
  const n = performance.now()
  seg[k] = (seg[k] ?? 0) + n - last
  last = n
}
for (let i = 0; i < 3000; i++) {
  last = performance.now()
  const h = new House({ seed: i })
  h.furnish('r1', 'alice')
  lap('new')
  h.boot()
  lap('boot')
  h.tiktok.stage('alice').broadcastId = '1'
  h.time.advance(12000)
  lap('live')
  h.tiktok.openSockets('alice')[0]?.send(CONTROL.ended)
  h.time.advance(20000)
  lap('end')
  h.close()
  lap('close')
}
console.log(Object.fromEntries(Object.entries(seg).map(([k, v]) => [k, (v / 3000).toFixed(3)])))
const c0 = process.cpuUsage()
const w0 = performance.now()
for (let i = 0; i < 3000; i++) {
  const h = new House({ seed: i })
  h.furnish('r1', 'alice')
  h.boot()
  h.tiktok.stage('alice').broadcastId = '1'
  h.time.advance(12000)
  h.tiktok.openSockets('alice')[0]?.send(CONTROL.ended)
  h.time.advance(20000)
  h.close()
}
const c = process.cpuUsage(c0)
console.log('cpu ms per schedule', (c.user + c.system) / 3e6, 'wall', (performance.now() - w0) / 3000)
