// The one thing that is wrong now: what happened, since when, what happens by itself, what a person can do.

import { define } from './words.ts'

export const t = define({
  lost: ['The connection to the server is lost', '与服务器的连接已断开'],
  lostNext: [
    'Shown is what was known then. It reconnects by itself, and nothing that happened meanwhile will be missing.',
    '显示的是断开前的内容。将自动重连，期间发生的事情不会遗漏。',
  ],
  tryNow: ['Try now', '立即重试'],
  not_ready: ['The server is not ready: {reason}.', '服务器未就绪：{reason}。'],
  storage_failing: [
    'the database refuses writes; recording goes on in memory as long as it fits',
    '数据库拒绝写入，录制暂存于内存',
  ],
  writer_stalled: ['the writer does not get on', '写入停滞'],
  starting: ['it is starting', '正在启动'],
  leaving: ['it is leaving', '正在退出'],
  unready: ['it does not say why', '原因未知'],
  quarantined: ['@{handle} failed too often and is quarantined', '@{handle} 多次失败，已被隔离'],
  quarantinedMany: ['{n} rooms are quarantined', '{n} 个房间已被隔离'],
  quarantinedNext: ['It stays so until it is released.', '需人工放行。'],
  archive_failing: ['The session of @{handle} could not be archived', '@{handle} 的场次归档失败'],
  archive_failingMany: ['{n} sessions could not be archived', '{n} 个场次归档失败'],
  archiveNext: ['It is tried again by itself; nothing is lost.', '将自动重试，数据不会丢失。'],
  egress_failed: ['{platform} of @{handle} was given up', '@{handle} 的 {platform} 推流已放弃'],
  egressMore: ['and {n} more', '另有 {n} 个'],
  sign_limited: ['The sign budget is used up', '签名额度已用完'],
  signNext: ['{n} {n|room waits|rooms wait} for it', '{n} 个房间在等待'],
  signUntil: ['next in', '恢复还需'],
  reconnecting: ['@{handle} lost its connection', '@{handle} 连接中断'],
  reconnectingMany: ['{n} rooms lost their connection', '{n} 个房间连接中断'],
  reconnectingNext: ['Their sessions stay open while it reconnects by itself.', '自动重连期间场次保持打开。'],
  unknown_looks: ['TikTok gives no clear answer about {n} rooms', 'TikTok 对 {n} 个房间没有明确答复'],
  unknownNext: [
    'It is asked again by itself; running sessions go on.',
    '将自动重试，正在录制的场次不受影响。',
  ],
  show: ['Show', '查看'],
  release: ['Release', '放行'],
  status: ['What is wrong now', '当前问题'],
  reset: ['Connected again; nothing is missing.', '已重新连接，没有遗漏。'],
})
