// How a command ended, as the audit has it.

import { define } from './words.ts'

export const outcomes = define({
  done: ['done', '完成'],
  noop: ['nothing to do', '无需操作'],
  refused: ['refused', '被拒绝'],
  denied: ['denied', '无权限'],
  failed: ['failed', '失败'],
})
