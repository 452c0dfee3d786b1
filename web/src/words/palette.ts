// The words of the command palette. What people type is found in both languages, whatever is chosen.

import { define } from './words.ts'

export const t = define({
  title: ['Search and commands', '搜索与命令'],
  placeholder: [
    'Find a room, or type: stop @handle, go live …, open session …',
    '查找房间，或输入：停止 @账号、推流 …、打开场次 …',
  ],
  results: ['Results', '结果'],
  count: ['{n} {n|result|results}', '{n} 个结果'],
  nothing: ['Nothing fits. Try a handle, a command, or a page.', '没有匹配项。试试账号、命令或页面名称。'],
  open: ['Open @{handle}', '打开 @{handle}'],
  start: ['Start @{handle}', '开始 @{handle}'],
  startAnyway: ['Start anyway @{handle}', '强制开始 @{handle}'],
  stop: ['Stop @{handle}', '停止 @{handle}'],
  'end-session': ['End session of @{handle}', '结束 @{handle} 的场次'],
  release: ['Release @{handle}', '放行 @{handle}'],
  watch: ['Watch @{handle}', '监控 @{handle}'],
  unwatch: ['Do not watch @{handle}', '取消监控 @{handle}'],
  goLive: ['Go live: @{handle}', '推流：@{handle}'],
  offAir: ['Take off air: @{handle}', '停止推流：@{handle}'],
  lanes: ['Destinations of @{handle}', '@{handle} 的推流目标'],
  session: ['Open session {id}', '打开场次 {id}'],
  lastSession: ['Last session of @{handle}', '@{handle} 的最近场次'],
  page: ['Go to {name}', '前往{name}'],
  add: ['Add rooms', '添加房间'],
  themeLight: ['Light theme', '浅色主题'],
  themeDark: ['Dark theme', '深色主题'],
  themeSystem: ['Theme of the system', '主题跟随系统'],
  english: ['English', '使用英文 English'],
  chinese: ['中文 (Chinese)', '使用中文'],
  signOut: ['Sign out', '退出登录'],
  noKey: ['Set a stream key first.', '请先设置串流密钥。'],
  done: ['Done: {what}', '已完成：{what}'],
  keys: ['↑ ↓ choose · Enter carry out · Esc close', '↑ ↓ 选择 · 回车执行 · Esc 关闭'],
})

/** What a typed word may mean, in both languages. The longest fits first. */
export const VERBS = {
  stop: ['stop', '停止', '停'],
  start: ['start', 'start anyway', 'record', '开始', '强制开始', '录制'],
  'end-session': ['end session', 'end', '结束场次', '结束'],
  release: ['release', '放行'],
  unwatch: ['do not watch', 'unwatch', '取消监控'],
  watch: ['watch', '监控'],
  goLive: ['go live', 'golive', 'live', '推流', '开播'],
  offAir: ['off air', 'take off air', '停止推流', '下播'],
  session: ['open session', 'session', '打开场次', '场次'],
  open: ['open room', 'open', 'room', '打开', '房间'],
} as const
export type Verb = keyof typeof VERBS
