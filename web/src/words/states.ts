// The words of states. One word a state, everywhere: in the list, on a room's page, on the tape, in the machine.

import { define } from './words.ts'

export const states = define({
  off: ['off', '关闭'],
  watching: ['watching', '守候'],
  connecting: ['connecting', '连接中'],
  'live.receiving': ['live', '直播中'],
  'live.paused': ['paused', '暂停'],
  'live.reconnecting': ['reconnecting', '重连中'],
  draining: ['draining', '收尾'],
  'archiving.writing': ['archiving', '归档中'],
  'archiving.waiting': ['archiving again', '等待归档'],
  cooldown: ['cooldown', '冷却'],
  quarantined: ['quarantined', '已隔离'],
  idle: ['idle', '空闲'],
  starting: ['starting', '启动中'],
  live: ['live', '播出中'],
  degraded: ['degraded', '部分异常'],
  reconnecting: ['reconnecting', '重连中'],
  backoff: ['waiting to retry', '等待重试'],
  failed: ['failed', '失败'],
  stopping: ['stopping', '停止中'],
  stopped: ['stopped', '已停止'],
})

export const meanings = define({
  off: ['Not watched.', '未监控。'],
  watching: ['Looks regularly whether the room is live.', '定期查看房间是否开播。'],
  connecting: ['The room is live; the connection is being made.', '已开播，正在建立连接。'],
  'live.receiving': ['Events arrive and are recorded.', '正在接收并记录事件。'],
  'live.paused': ['The creator has paused the broadcast.', '主播已暂停直播。'],
  'live.reconnecting': ['The connection was lost; the session stays open.', '连接中断，场次仍然保留。'],
  draining: ['The broadcast is over; what is queued is written.', '直播结束，正在写完队列。'],
  'archiving.writing': ['The session is being archived.', '正在归档场次。'],
  'archiving.waiting': ['Archiving failed and is tried again.', '归档失败，将自动重试。'],
  cooldown: ['Rests before it looks again.', '休息片刻后再查看。'],
  quarantined: [
    'Failed too often and is set aside until it is released.',
    '多次失败，已隔离，等待人工放行。',
  ],
  idle: ['Nothing is sent out.', '没有推流。'],
  starting: ['Is being started.', '正在启动。'],
  live: ['On air.', '正在播出。'],
  degraded: ['On air, but not everywhere.', '在播，但部分平台异常。'],
  reconnecting: ['Was on air and is coming back.', '曾在播，正在恢复。'],
  backoff: ['Failed and tries again by itself.', '失败后将自动重试。'],
  failed: ['Given up; a person has to act.', '已放弃，需要人工处理。'],
  stopping: ['Is being stopped.', '正在停止。'],
  stopped: ['Not sent out.', '未推流。'],
})
