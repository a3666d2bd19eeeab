/** All kinds of input. */
import type { Room } from './room.ts';
import { catalogs } from './rooms/catalogs.ts';
import { configs } from './rooms/configs.ts';
import { histories } from './rooms/histories.ts';
import { native } from './rooms/native.ts';
import { replies } from './rooms/replies.ts';
import { requests } from './rooms/requests.ts';
import { settings } from './rooms/settings.ts';
import { streams } from './rooms/streams.ts';

export const ROOMS: readonly Room[] = [
  requests,
  replies,
  streams,
  native,
  configs,
  catalogs,
  histories,
  settings,
];
