/** How long running answers may go on after SIGTERM. */
import type { Settings } from './options.ts';

/** The default for a team's relay, where restarts should not break others' answers. */
const TEAM_DRAIN_SECONDS = 30;

/** 0 stands for the relay's own two seconds. */
export function drainSeconds(settings: Settings): number {
  const isTeam = settings.users !== '' || settings['public-url'].length > 0;
  return settings['drain-seconds'] || (isTeam ? TEAM_DRAIN_SECONDS : 0);
}
