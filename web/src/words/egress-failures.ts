// Why a destination is not on air and what a person can do, in both languages. The English is the server's own table;
// the Chinese beside it does not compile while a code is missing.

import { EGRESS_FAILURES, type EgressFailure } from '../../../src/domain/egress-failures.ts'
import { language } from '../state/preferences.ts'

/** Sentence and advice. */
export const CHINESE: Readonly<Record<EgressFailure, readonly [sentence: string, advice: string]>> = {
  livekit_unconfigured: [
    '没有配置 LiveKit 服务器。',
    '设置 LIVEKIT_URL、LIVEKIT_API_KEY 和 LIVEKIT_API_SECRET，然后重启服务器。',
  ],
  livekit_unreachable: [
    '无法连接 LiveKit，或者它返回了错误。',
    '无需操作，会自动重试。若持续出现，请检查 LIVEKIT_URL。',
  ],
  livekit_auth: ['LiveKit 拒绝了 API 密钥。', '检查 LIVEKIT_API_KEY 和 LIVEKIT_API_SECRET。'],
  room_not_found: ['LiveKit 没有这个房间：里面没有人。', '加入 LiveKit 房间，会自动重试。'],
  quota_exceeded: ['LiveKit 没有空余的推流名额。', '停止另一个推流，或者增加节点、升级套餐。'],
  blocked_quota: ['LiveKit 连续十次没有空余的推流名额。', '停止另一个推流或升级套餐，然后重试。'],
  destination_rejected: [
    '平台接受了连接但拒绝了推流：多半是串流密钥不对。',
    '从平台重新复制串流密钥，然后重试。',
  ],
  destination_unreachable: ['无法连接平台。', '检查地址。地址无误则是平台故障，会自动重试。'],
  destination_lost: ['平台关闭了连接。', '无需操作，会自动重试。'],
  destination_invalid: ['LiveKit 不接受这个地址。', '更正推流地址，然后重试。'],
  destination_in_use: [
    '另一个推流正在使用同一地址和密钥。',
    '给每个平台单独的串流密钥，或停止另一个；会自动重试。',
  ],
  key_missing: ['没有设置串流密钥。', '为这个平台设置串流密钥，然后重试。'],
  start_unknown: ['启动的答复丢失了，正在确认它是否在运行。', '无需操作，确认之前不会再启动任何东西。'],
  start_aborted: ['LiveKit 在推流开始之前就放弃了。', '无需操作，会自动重试。'],
  limit_reached: ['推流达到了 LiveKit 的时长上限。', '无需操作，下一个会立刻开始。'],
  cpu_exhausted: ['LiveKit 的推流节点没有 CPU 或内存了。', '增加推流节点，或者降低画面规格。'],
  source_closed: ['LiveKit 房间关闭了或者没有人了。', '加入 LiveKit 房间，会自动重试。'],
  egress_failed: ['推流在 LiveKit 内部失败了。', '无需操作，会自动重试。'],
  egress_gone: ['LiveKit 已经不认识这个推流了。', '无需操作，会自动重试。'],
  ended_elsewhere: ['推流被别人结束了。', '若要保持停止，请在这里停止；在此之前会再次启动。'],
  stalled: ['推流声称在运行，但一分钟没有任何动静。', '无需操作，会停止并重新启动。'],
  stop_unconfirmed: [
    'LiveKit 没有确认推流已经停止。',
    '看看平台是否还在接收；强制启动意味着可能有两个推流。',
  ],
  internal: ['这里出了问题。', '日志里有对应的编号。'],
}

export interface FailureWords {
  readonly sentence: string
  readonly advice: string
}

export const isFailure = (code: string): code is EgressFailure => Object.hasOwn(EGRESS_FAILURES, code)

/** The words of a code; for one that this page does not know, what the server said of it. */
export const failureWords = (
  code: string,
  said: { readonly error: string | null; readonly advice: string | null },
): FailureWords => {
  if (!isFailure(code)) return { sentence: said.error ?? code, advice: said.advice ?? '' }
  if (language.value === 'zh') {
    const [sentence, advice] = CHINESE[code]
    return { sentence, advice }
  }
  return EGRESS_FAILURES[code]
}

/** Whether it is tried for as long as it is wanted, without counting attempts. */
export const waitsForever = (code: string | null): boolean =>
  code !== null && isFailure(code) && EGRESS_FAILURES[code].again === 'wait'
