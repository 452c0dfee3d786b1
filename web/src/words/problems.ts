// Problems of the API in words. The server's sentence is English; for the codes that people meet, there is one of
// our own in both languages, and the server's detail after it.

import type { ApiProblem } from '../api/problem.ts'
import { language } from '../state/preferences.ts'
import { t } from './parts.ts'
import { define } from './words.ts'

const problems = define({
  unauthorized: ['The session has ended. Sign in again.', '登录已失效，请重新登录。'],
  room_unknown: ['There is no such room.', '没有这个房间。'],
  room_exists: ['This handle is a room already.', '这个账号已经是房间了。'],
  session_unknown: ['There is no such session.', '没有这个场次。'],
  not_found: ['There is nothing here.', '这里没有内容。'],
  already_active: ['It is doing that already.', '已经在这样做了。'],
  archiving: [
    'The room is archiving its last session; try again in a moment.',
    '房间正在归档上一场，请稍后再试。',
  ],
  cooldown: ['The room is cooling down.', '房间正在冷却。'],
  quarantined: ['The room is quarantined: release it first.', '房间已被隔离，请先放行。'],
  not_quarantined: ['The room is not quarantined.', '房间没有被隔离。'],
  not_recording: ['The room is not recording now.', '房间现在没有录制。'],
  rate_limited: ['Too many changes at once; wait a moment.', '操作过快，请稍等。'],
  storage_unavailable: ['The database cannot be used at the moment.', '数据库暂时不可用。'],
  busy: ['Too much is going on; try again in a moment.', '服务器繁忙，请稍后再试。'],
  leaving: ['The server is leaving; it will be back.', '服务器正在重启。'],
  conflict: ['It changed in the meantime.', '内容已被改动。'],
  internal: ['Something went wrong on the server.', '服务器出错。'],
})

const sentence = (problem: ApiProblem): string => {
  if (problem.offline) return t('offline')
  if (problem.code in problems.words) return problems(problem.code as keyof typeof problems.words)
  if (problem.code === 'unreadable') return t('unreadable')
  return problem.title || problem.message
}

/** One or two sentences for a person. */
export const problemText = (problem: ApiProblem): string => {
  const parts = [sentence(problem)]
  const { detail } = problem
  if (detail !== null && !problem.offline && (language.value === 'en' || !(problem.code in problems.words))) {
    if (detail !== parts[0]) parts.push(detail)
  }
  if (problem.correlationId !== null) parts.push(t('correlation', { id: problem.correlationId }))
  return parts.map((part) => (/[.。!！?？…]$/.test(part) ? part : `${part}.`)).join(' ')
}
