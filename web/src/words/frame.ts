// The words of the frame: rail, top line, palette, and what stands where a page is not.

import { define } from './words.ts'

export const t = define({
  rooms: ['Rooms', '房间'],
  live: ['Go live', '推流'],
  sessions: ['Sessions', '场次'],
  assets: ['Assets', '素材'],
  machines: ['Machines', '状态机'],
  system: ['System', '系统'],
  reference: ['API reference', 'API 文档'],
  login: ['Sign in', '登录'],
  room: ['Room', '房间'],
  session: ['Session', '场次'],
  unknown: ['Nothing here', '没有内容'],
  pages: ['Pages', '页面'],
  skip: ['Skip to the content', '跳到内容'],
  you: ['You: {actor}', '你：{actor}'],
  menu: ['Settings of this page', '页面设置'],
  english: ['English', 'English'],
  chinese: ['中文', '中文'],
  themeSystem: ['Theme of the system', '跟随系统'],
  themeLight: ['Light', '浅色'],
  themeDark: ['Dark', '深色'],
  signOut: ['Sign out', '退出登录'],
  search: ['Search and commands', '搜索与命令'],
  searchShort: ['Search or command', '搜索或命令'],
  unknownText: ['There is no such page.', '没有这个页面。'],
  toRooms: ['Go to the rooms', '前往房间列表'],
  broken: ['This page stopped working.', '页面出错。'],
  brokenText: [
    'The rest of the console goes on. Loading it again is safe.',
    '其余部分不受影响，可安全地重新加载。',
  ],
  reload: ['Load again', '重新加载'],
  pageMissing: ['This page could not be loaded.', '页面无法加载。'],
  newVersion: ['The server was updated meanwhile.', '服务器已更新。'],
})
