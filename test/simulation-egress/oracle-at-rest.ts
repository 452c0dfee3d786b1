// Judges a run after everything has healed: what is wanted is on air, once; what is not is off; rows, memory and
// truth agree.

import { attemptsOf, checkKeys, egressesOf, fail, judge } from './oracle.ts'
import type { Studio } from './studio.ts'

const checkDestination = (studio: Studio, roomId: string, platform: string): void => {
  const where = `${platform} of ${roomId}`
  // Clocks may be set back; generations are not.
  const row = egressesOf(studio)
    .filter((one) => one.room_id === roomId && one.platform === platform)
    .toSorted((a, b) => a.generation - b.generation)
    .at(-1)
  const running = studio.livekit.runningOf(studio.town.key(roomId, platform))
  const shown = studio.live.status(roomId)?.destinations.find((one) => one.platform === platform)
  if (row === undefined) {
    if (running.length > 0) fail('rest', `${where} runs without a row`)
    return
  }
  if (row.desired === 'on') {
    if (running.length !== 1) fail('rest', `${where} is wanted, ${running.length} run, state ${row.state}`)
    if (running[0]?.isPublishing !== true) fail('rest', `${where} does not publish`)
    if (row.state !== 'live') fail('rest', `${where} is on air, its row says ${row.state}`)
    if (row.lk_egress_id !== running[0]?.id) fail('rest', `${where} runs as another than its row says`)
    if (shown?.state !== 'live' || shown.status !== 'live')
      fail('rest', `${where} is shown as ${shown?.state}`)
    if (shown?.egressId !== running[0]?.id) fail('rest', `${where} is shown as another`)
  } else {
    if (running.length > 0) fail('S16', `${where} is stopped, and ${running[0]?.id} runs`)
    if (row.state !== 'stopped') fail('rest', `${where} is stopped, its row says ${row.state}`)
    if (row.ended_at === null) fail('rest', `${where} is stopped and its row has no end`)
    // One of an earlier process of which a start was refused since has not been anything yet.
    if (shown !== undefined && shown.status !== 'stopped') fail('rest', `${where} is shown as ${shown.state}`)
  }
}

/** Of attempts only the last of what is wanted is open. */
const checkAttempts = (studio: Studio): void => {
  const egresses = new Map(egressesOf(studio).map((row) => [row.id, row]))
  for (const attempt of attemptsOf(studio)) {
    if (attempt.ended_at !== null) continue
    const egress = egresses.get(attempt.egress_id) ?? fail('rest', 'an attempt of no egress')
    if (egress.desired === 'off') fail('rest', `attempt ${attempt.no} of ${egress.platform} never ended`)
    if (egress.lk_egress_id !== attempt.lk_egress_id)
      fail('rest', `attempt ${attempt.no} of ${egress.platform} is open beside another`)
  }
}

const checkSessions = (studio: Studio): void => {
  for (const row of studio.disk.read('SELECT * FROM outbound_sessions')) {
    const egresses = egressesOf(studio).filter((egress) => egress.session_id === row['id'])
    const isWanted = egresses.some(({ desired }) => desired === 'on')
    if (isWanted !== (row['ended_at'] === null))
      fail('rest', `a session is ${isWanted ? 'over and wanted' : 'open and not wanted'}`)
  }
}

/** By then what was written last is on disk, and what LiveKit changed is told. */
const WRITTEN_MS = 50

export const judgeAtRest = (studio: Studio): void => {
  studio.time.advance(WRITTEN_MS)
  judge(studio)
  for (const where of studio.town.keys.keys()) {
    const [roomId, platform] = where.split(' ') as [string, string]
    checkDestination(studio, roomId, platform)
  }
  checkAttempts(studio)
  checkSessions(studio)
  checkKeys(studio)
}
