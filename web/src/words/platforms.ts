// The names of platforms as people know them. A destination that somebody named keeps that name.

const NAMES: Readonly<Record<string, string>> = { youtube: 'YouTube', twitch: 'Twitch' }

export const platformName = (platform: string): string => NAMES[platform] ?? platform
