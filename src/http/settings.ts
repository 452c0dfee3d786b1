// The settings that may be changed while the server runs. What they mean is in `domain/settings.ts`.

import { Settings, SettingsPatch } from '../domain/settings.ts'
import { json, type Api } from './api.ts'

const settings = { path: '/api/settings', tag: 'settings', access: 'operator' } as const
const answers = { 200: { about: 'the settings as they are now', schema: Settings } } as const

export const settingsRoutes = (api: Api): void => {
  const { rooms } = api.parts
  api.route({ ...settings, method: 'GET', id: 'settings.get', summary: 'The settings', answers }, () =>
    json(200, rooms.settings()),
  )
  api.route(
    {
      ...settings,
      method: 'PATCH',
      id: 'settings.change',
      summary: 'Change some of them; the rest stay',
      body: SettingsPatch,
      answers,
    },
    async ({ body, caller, run }) => json(200, await run(rooms.changeSettings(body, caller))),
  )
}
