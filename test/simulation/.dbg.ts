import { House } from './house.ts'
import { goOnAir, heal, take, nameOf, type Scene } from './steps.ts'
const QUICK = {
  watchIntervalMs: 10_000,
  heartbeatIntervalMs: 3_000,
  silenceTimeoutMs: 9_000,
  resumeWindowMs: 8_000,
  cooldownMs: 1_000,
  manualCooldownMs: 20_000,
}
const [seed, onAir, steps] = JSON.parse(process.argv[2]!)
const h = new House({ settings: QUICK })
h.boot()
h.seed(seed)
const scene: Scene = { house: h, handle: 'c', room: h.admit('c') }
if (onAir) goOnAir(scene)
for (const s of steps) {
  console.log(h.time.ms, nameOf(s), s >> 8)
  take(scene, s)
  console.log(
    '   ->',
    h.time.ms,
    h.rooms.find(scene.room)?.state,
    JSON.stringify(h.disk.read('select no, ending_reason, end_reason, parked_at from sessions')),
  )
}
heal(scene)
for (const f of h.disk.facts)
  console.log(f.at % 10000000, f.name, f.sessionId, JSON.stringify(f.body).slice(0, 150))
console.log(
  h.disk.read('select no, ending_reason, end_reason, opened_at, archived_at, secondary_json from sessions'),
  h.disk.read('select session_no, trigger, outcome,error_class from archive_attempts'),
)
console.log(h.rooms.find(scene.room))
try {
  h.renew(scene.room)
} catch (e) {
  console.log(String(e), h.rooms.find(scene.room), h.disk.facts.slice(-4), h.disk.audit.slice(-4))
}
