/** A scheduled task that starts when the user logs on, on Windows. */
import { win32 } from 'node:path';
import { commandOf, type Program, type ServiceDefinition } from './definition.ts';
import { xmlText } from './xml-text.ts';

const TASK = 'Codex Relay';

/** @param folder for the task's definition, @param user `DOMAIN\name` */
export function windowsTask(program: Program, folder: string, user: string): ServiceDefinition {
  const file = win32.join(folder, 'service.xml');
  return {
    what: 'scheduled task',
    file,
    text: windowsTaskXml(program, user),
    encoding: 'utf16le',
    check: ['schtasks', '/Query', '/FO', 'CSV', '/NH'],
    install: [
      { call: ['schtasks', '/Create', '/TN', TASK, '/XML', file, '/F'] },
      { call: ['schtasks', '/End', '/TN', TASK], mayFail: true },
      { call: ['schtasks', '/Run', '/TN', TASK] },
    ],
    remove: [
      { call: ['schtasks', '/End', '/TN', TASK], mayFail: true },
      { call: ['schtasks', '/Delete', '/TN', TASK, '/F'], mayFail: true },
    ],
    removed: [],
    // Other ways to ask answer in the system's language.
    state: ['powershell', '-NoProfile', '-Command', `(Get-ScheduledTask -TaskName '${TASK}').State.value__`],
    runs: /^4\s*$/m,
    readLog: 'codex-relay doctor',
    runsWhen: 'It runs while you are logged on.',
  };
}

/** Runs without a window, with the user's ordinary rights and no time limit, and restarts a minute after a failure. */
export function windowsTaskXml(program: Program, user: string): string {
  // A console program gets a window unless conhost runs headless.
  const command = ['--headless', ...commandOf(program)].map(quoted).join(' ');
  return `\ufeff<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Codex Relay: lets Codex work with providers that speak Chat Completions</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <UserId>${xmlText(user)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${xmlText(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>conhost.exe</Command>
      <Arguments>${xmlText(command)}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}

/** Quotes as Windows programs parse their arguments: a backslash is special only before a quote. */
function quoted(arg: string): string {
  if (!/[\s"]/.test(arg)) return arg;
  return `"${arg.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`;
}
