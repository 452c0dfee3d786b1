// The words of the page where one signs in.

import { define } from './words.ts'

export const t = define({
  title: ['Sign in', '登录'],
  lead: ['Watches live rooms, records them whole, keeps them on air.', '守候直播间，完整录制，稳定推流。'],
  token: ['Token', '令牌'],
  hint: [
    'The operator’s token is in the server’s data folder, in the file operator-token. A room’s owner has a token of its own.',
    '运维令牌在服务器数据目录的 operator-token 文件中；房主使用自己的令牌。',
  ],
  signIn: ['Sign in', '登录'],
  ended: [
    'The session has ended. Sign in again; nothing was lost.',
    '登录已失效，请重新登录，数据没有丢失。',
  ],
  wrong: ['This token is not taken. Is it whole, and not revoked?', '令牌无效：请检查是否完整、是否已吊销。'],
  show: ['Show the token', '显示令牌'],
  unreachable: ['The server cannot be reached. It is tried again by itself.', '无法连接服务器，将自动重试。'],
})
