// The words of the parts that all pages share, and the words of time.

import { define } from './words.ts'

export const t = define({
  close: ['Close', '关闭'],
  cancel: ['Cancel', '取消'],
  confirm: ['Confirm', '确认'],
  more: ['More', '更多'],
  loading: ['Loading', '加载中'],
  retry: ['Try again', '重试'],
  copied: ['Copied', '已复制'],
  copy: ['Copy', '复制'],
  notCopied: [
    'The browser did not let it be copied; select the text instead.',
    '浏览器不允许复制，请手动选择。',
  ],
  dismiss: ['Dismiss', '关闭提示'],
  seconds: ['{n} s', '{n} 秒'],
  daysHours: ['{d} d {h} h', '{d} 天 {h} 小时'],
  offline: ['The server cannot be reached.', '无法连接服务器。'],
  keepsOld: ['Shown is what was read {ago} ago.', '显示的是 {ago} 前的数据。'],
  keepsOldPlain: ['What is shown may be old.', '显示的数据可能已过时。'],
  unreadable: ['The server gave an answer that cannot be read.', '服务器的回答无法读取。'],
  correlation: ['The log knows it as {id}.', '日志编号：{id}。'],
  latest: ['Jump to the newest', '跳到最新'],
  sparkline: [
    '{name}: now {last}, at most {most} in ten minutes',
    '{name}：当前 {last}，十分钟内最高 {most}',
  ],
  nothingYet: ['{name}: nothing yet', '{name}：暂无数据'],
  notifications: ['Messages', '消息'],
})
