// A diagnosis in the reader's language: the server says it in English; in Chinese it is said anew from its code and its
// evidence. A code that is newer than this page keeps the server's words.

import type { Room } from '../../api/types.ts'
import { plainText } from '../../parts/plain-text.ts'
import { language } from '../../state/preferences.ts'

export interface Diagnosis {
  readonly recording: boolean
  readonly code: string
  readonly sentence: string
  readonly next: string
  readonly advice: string | null
  readonly evidence: {
    readonly status: Room
    readonly lookedAt: number | null
    readonly nextLookAt: number | null
    readonly habitualHoursUtc: readonly number[]
    readonly signBudget: { readonly perMinute: number; readonly available: number; readonly waiting: number }
    readonly restarts: number
    readonly storageFailing: boolean
  }
}

interface Said {
  readonly sentence: string
  readonly next: string
  readonly advice: string | null
}

const nothingNext = '不会自动发生任何事。'

type Say = (found: Diagnosis) => Said

const CHINESE: Readonly<Record<string, Say>> = {
  recording: ({ evidence: { status } }) => ({
    sentence: status.state === 'live.paused' ? '正在录制，主播已暂停。' : '正在录制。',
    next: '直播结束时录制结束。',
    advice: null,
  }),
  storage_failing: () => ({
    sentence: '已连接，但事件无法存储。',
    next: '收到的内容会暂存，磁盘恢复后写入。',
    advice: '请释放磁盘空间并查看日志。',
  }),
  not_looked_yet: () => ({ sentence: '还没有查看过该房间。', next: '很快会查看。', advice: null }),
  offline: ({ evidence: { status } }) => ({
    sentence:
      status.lastLook?.answer === 'live'
        ? `TikTok 表示已开播，但未能录制${status.lastError === null ? '' : `：${plainText(status.lastError, 120)}`}。`
        : 'TikTok 表示该房间未开播。',
    next: '会继续定期查看。',
    advice: '如果主播换了账号开播，请为房间改名。',
  }),
  unknown: ({ evidence: { status } }) => {
    const errors =
      status.lastLook?.sources.flatMap(({ source, error }) =>
        error === null ? [] : [`${source}: ${error}`],
      ) ?? []
    return {
      sentence: `TikTok 没有给出可用的答复${errors.length > 0 ? `（${plainText(errors.join('，'), 200)}）` : ''}。`,
      next: '会继续定期查看。',
      advice: '若持续如此，TikTok 可能屏蔽了本机地址：请为房间或服务器设置代理。',
    }
  },
  sign_limited: ({ evidence: { signBudget } }) => ({
    sentence: `正在等待签名额度：${signBudget.waiting} 个房间等待，每分钟 ${signBudget.perMinute} 次，剩余 ${signBudget.available} 次。`,
    next: '有额度后会自动连接。',
    advice: '增加签名密钥或调高限额可以缩短等待。',
  }),
  connecting: ({ evidence: { status } }) => ({
    sentence: `已开播，正在进行第 ${status.attempt} 次连接。`,
    next: '连接成功后立即录制。',
    advice: null,
  }),
  reconnecting: ({ evidence: { status } }) => ({
    sentence: `连接中断，正在进行第 ${status.attempt} 次恢复。`,
    next: '连接成功后录制继续。',
    advice: null,
  }),
  cooldown: () => ({
    sentence: '房间正在休整。',
    next: '休整结束后自动继续监控。',
    advice: '可强制开始以结束休整。',
  }),
  archiving: ({ evidence: { status } }) => ({
    sentence: status.state === 'archiving.waiting' ? '上一场尚未归档成功。' : '上一场正在归档。',
    next: '会一直重试到成功，然后继续监控。',
    advice: status.state === 'archiving.waiting' ? '请释放磁盘空间并查看日志。' : null,
  }),
  quarantined: ({ evidence: { restarts, status } }) => ({
    sentence: `房间出错 ${restarts} 次，已被隔离${status.lastError === null ? '' : `：${plainText(status.lastError, 120)}`}。`,
    next: nothingNext,
    advice: '请在日志中查明原因，然后放行。',
  }),
  monitor_disabled: () => ({
    sentence: '所有房间的监控都已关闭。',
    next: nothingNext,
    advice: '请在系统设置中打开自动监控。',
  }),
  off: () => ({ sentence: '该房间未被监控。', next: nothingNext, advice: '请打开监控，或直接开始。' }),
}

export const diagnosisText = (found: Diagnosis): Said => {
  const said = language.value === 'zh' ? CHINESE[found.code]?.(found) : undefined
  return said ?? { sentence: plainText(found.sentence, 600), next: found.next, advice: found.advice }
}
