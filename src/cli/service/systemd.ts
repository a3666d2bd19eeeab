/** A unit of the user's own systemd, on Linux. */
import { join } from 'node:path';
import { commandOf, type Program, SERVICE_NAME, type ServiceDefinition } from './definition.ts';

const UNIT = `${SERVICE_NAME}.service`;

/** @param configuration `$XDG_CONFIG_HOME`, else `~/.config` */
export function systemdService(program: Program, configuration: string): ServiceDefinition {
  const systemctl = (...args: string[]) => ({ call: ['systemctl', '--user', ...args] as const });
  const slowly = { isSlow: true } as const;
  return {
    what: 'unit of systemd',
    file: join(configuration, 'systemd', 'user', UNIT),
    text: systemdUnit(program),
    encoding: 'utf8',
    check: systemctl('show-environment').call,
    install: [
      systemctl('daemon-reload'),
      systemctl('enable', UNIT),
      { ...systemctl('restart', UNIT), ...slowly },
    ],
    remove: [{ ...systemctl('disable', '--now', UNIT), ...slowly, mayFail: true }],
    removed: [{ ...systemctl('daemon-reload'), mayFail: true }],
    state: systemctl('is-active', UNIT).call,
    runs: /^active$/m,
    readLog: `journalctl --user -u ${SERVICE_NAME}`,
    runsWhen: 'It runs while you are logged in; loginctl enable-linger lets it run without you.',
  };
}

/** Exit code 2 means an unusable flag or variable, which no restart can fix. */
export function systemdUnit(program: Program): string {
  const [node, ...args] = commandOf(program);
  return `[Unit]
Description=Codex Relay: lets Codex work with providers that speak Chat Completions

[Service]
Type=exec
ExecStart=${[quoted(node, false), ...args.map((arg) => quoted(arg, true))].join(' ')}
Restart=on-failure
RestartSec=2
RestartPreventExitStatus=2
TimeoutStopSec=${program.stopSeconds}
NoNewPrivileges=yes
UMask=0077

[Install]
WantedBy=default.target
`;
}

/** Escapes as in systemd.syntax(7): backslashes and quotes, specifiers and, except in the program itself, variables. */
function quoted(text: string, isArgument: boolean): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%');
  return `"${isArgument ? escaped.replaceAll('$', '$$$$') : escaped}"`;
}
