import { House } from './house.ts'
for (let i = 0; i < 500; i++) {
  const h = new House({ seed: i })
  h.furnish('r1', 'alice')
  h.boot()
  h.close()
}
const c0 = process.cpuUsage()
const w0 = performance.now()
for (let i = 0; i < 4000; i++) {
  const h = new House({ seed: i })
  h.furnish('r1', 'alice')
  h.boot()
  h.close()
}
const c = process.cpuUsage(c0)
console.log('boot: cpu ms per', (c.user + c.system) / 4e6, 'wall', (performance.now() - w0) / 4000)
