/** An agent of the user's own launchd, on macOS. */
import { join } from 'node:path';
import { commandOf, type Program, SERVICE_NAME, type ServiceDefinition } from './definition.ts';
import { xmlText } from './xml-text.ts';

/** @param home the user's home folder, @param uid the user's numeric id */
export function launchdService(program: Program, home: string, uid: number): ServiceDefinition {
  const file = join(home, 'Library', 'LaunchAgents', `${SERVICE_NAME}.plist`);
  const domain = `gui/${uid}`;
  const target = `${domain}/${SERVICE_NAME}`;
  return {
    what: 'agent of launchd',
    file,
    text: launchdPlist(program),
    encoding: 'utf8',
    check: ['launchctl', 'print', domain],
    install: [
      { call: ['launchctl', 'bootout', target], mayFail: true },
      { call: ['launchctl', 'enable', target] },
      // `bootout` returns before the service has ended, and until then its name is taken: 5 (EIO) or 37 (EALREADY).
      {
        call: ['launchctl', 'bootstrap', domain, file],
        again: { codes: [5, 37], ms: program.stopSeconds * 1000 },
      },
    ],
    remove: [{ call: ['launchctl', 'bootout', target], mayFail: true }],
    removed: [],
    state: ['launchctl', 'print', target],
    runs: /^\s*state = running$/m,
    readLog: `tail ${program.log}`,
    runsWhen: 'It runs while you are logged in.',
  };
}

export function launchdPlist(program: Program): string {
  const args = commandOf(program).map((arg) => `    <string>${xmlText(arg)}</string>\n`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${SERVICE_NAME}</string>
  <key>ProgramArguments</key>
  <array>
${args.join('')}  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ExitTimeOut</key>
  <integer>${program.stopSeconds}</integer>
  <key>ProcessType</key>
  <string>Background</string>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardErrorPath</key>
  <string>${xmlText(program.log)}</string>
</dict>
</plist>
`;
}
