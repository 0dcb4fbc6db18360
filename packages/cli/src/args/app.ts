import { buildApplication, buildCommand, buildRouteMap, help, type InputParser, version } from '@stricli/core';
import { branchesAt } from '../context/clone';
import type { Session } from '../context/session';
import type { Exit } from '../out/exit';
import type { Cli } from './cli';
import { ACT, BRANCH, FORECAST, flag, JSON_FLAG, NO_WAIT, number, REPO, text, YES } from './flags';

/** The grammar of the command line. What a command does is loaded when it is called. */

type Handler<FLAGS, ARGS extends readonly unknown[]> = (session: Session, flags: FLAGS, ...args: ARGS) => Promise<Exit>;

/** Loads a command, and runs it in a session of its own. */
function lazy<FLAGS extends { json?: boolean | undefined }, ARGS extends readonly unknown[]>(
  load: () => Promise<Handler<FLAGS, ARGS>>,
) {
  return async () => {
    const run = await load();
    return async function (this: Cli, flags: FLAGS, ...args: ARGS): Promise<void> {
      await this.runs(flags.json ?? false, (session) => run(session, flags, ...args));
    };
  };
}

const parse: InputParser<string, Cli> = (input) => {
  if (input === '') throw new Error('it is empty');
  return input;
};
const branch = {
  brief: 'Branch; that of HEAD unless given',
  placeholder: 'branch',
  parse,
  async proposeCompletions(this: Cli, partial: string) {
    return (await branchesAt(this.cwd)).filter((name) => name.startsWith(partial));
  },
} as const;
const optionalBranch = { ...branch, optional: true } as const;
const optionalJob = { brief: 'Number of the job', placeholder: 'job', parse, optional: true } as const;
const one = (brief: string, placeholder: string) => ({ brief, placeholder, parse }) as const;
const tuple = <T extends readonly unknown[]>(...parameters: T) => ({ kind: 'tuple', parameters }) as const;
const none = tuple();

const actions = () => import('../commands/act/actions');
const onJobs = () => import('../commands/act/jobs');
const tasks = () => import('../commands/task');
const aliases = { r: 'repo', b: 'branch', y: 'yes', n: 'dryRun' } as const;
const place = { r: 'repo', b: 'branch' } as const;

/** The actions, as commands; or as forecasts, which do nothing. */
function actionCommands(isForecast: boolean) {
  const flags = isForecast ? { json: JSON_FLAG, repo: REPO, branch: BRANCH, ...FORECAST } : ACT;
  const also = isForecast ? place : aliases;
  return {
    sync: buildCommand({
      loader: lazy(async () => (await actions()).sync),
      parameters: { flags, positional: none, aliases: also },
      docs: { brief: 'Fetch, find what has landed, and show where every branch stands' },
    }),
    restack: buildCommand({
      loader: lazy(async () => (await actions()).restack),
      parameters: {
        flags: { ...flags, all: flag('Every stack of the repository') },
        positional: tuple(optionalBranch),
        aliases: also,
      },
      docs: { brief: 'Put a branch and all above it onto its parent' },
    }),
    rebase: buildCommand({
      loader: lazy(async () => (await actions()).rebase),
      parameters: { flags, positional: tuple(optionalBranch), aliases: also },
      docs: { brief: 'Put one branch onto its parent; those above it wait' },
    }),
    reparent: buildCommand({
      loader: lazy(async () => (await actions()).reparent),
      parameters: {
        flags,
        positional: tuple(
          { ...branch, brief: 'Branch to move' },
          { ...branch, brief: 'What it is to stand on', placeholder: 'parent' },
        ),
        aliases: also,
      },
      docs: { brief: 'Move a branch and all above it onto another one' },
    }),
    register: buildCommand({
      loader: lazy(async () => (await actions()).register),
      parameters: {
        flags: {
          ...flags,
          suggested: flag('Every branch that has a suggested parent'),
          parent: text('What it stands on; found by itself unless given', 'branch'),
          base: text('The commit of the parent that it stands on', 'commit'),
        },
        positional: tuple(optionalBranch),
        aliases: also,
      },
      docs: { brief: 'Track a branch' },
    }),
  };
}

const root = buildRouteMap({
  routes: {
    add: buildCommand({
      loader: lazy(async () => (await import('../commands/add')).add),
      parameters: {
        flags: {
          json: JSON_FLAG,
          name: text('Its name here', 'name'),
          trunk: text('Its trunk, where HEAD of the remote does not say it', 'branch'),
          noWait: NO_WAIT,
        },
        positional: tuple({ ...one('Address; that of this clone unless given', 'address'), optional: true } as const),
      },
      docs: { brief: 'Add a repository' },
    }),
    repos: buildCommand({
      loader: lazy(async () => (await import('../commands/look/repos')).repos),
      parameters: { flags: { json: JSON_FLAG }, positional: none },
      docs: { brief: 'List the repositories' },
    }),
    stack: buildCommand({
      loader: lazy(async () => (await import('../commands/look/stack')).stack),
      parameters: {
        flags: { json: JSON_FLAG, repo: REPO },
        positional: tuple({
          ...one('Name, address or id; that of this clone unless given', 'repo'),
          optional: true,
        } as const),
        aliases: { r: 'repo' },
      },
      docs: { brief: 'Show the stacks, with states, pull requests and forecast' },
    }),
    status: buildCommand({
      loader: lazy(async () => (await import('../commands/look/status')).status),
      parameters: { flags: { json: JSON_FLAG, repo: REPO, branch: BRANCH }, positional: none, aliases: place },
      docs: { brief: 'Show how the repository, the branch and the queue stand' },
    }),
    ...actionCommands(false),
    untrack: buildCommand({
      loader: lazy(async () => (await import('../commands/act/untrack')).untrack),
      parameters: {
        flags: { json: JSON_FLAG, repo: REPO, branch: BRANCH, noWait: NO_WAIT },
        positional: tuple(optionalBranch),
        aliases: place,
      },
      docs: { brief: 'Track a branch no longer' },
    }),
    create: buildCommand({
      loader: lazy(async () => (await tasks()).create),
      parameters: {
        flags: {
          json: JSON_FLAG,
          repo: REPO,
          parent: text('What it is to stand on; the branch of HEAD unless given, else the trunk', 'branch'),
          title: text('Title of its task; the name of the branch unless given', 'title'),
          noWait: NO_WAIT,
        },
        positional: tuple(one('Name of the new branch', 'branch')),
        aliases: { r: 'repo', p: 'parent' },
      },
      docs: { brief: 'Make a branch on the remote, with a task' },
    }),
    undo: buildCommand({
      loader: lazy(async () => (await onJobs()).undo),
      parameters: { flags: ACT, positional: tuple(optionalJob), aliases },
      docs: { brief: 'Put back what a job has moved' },
    }),
    cancel: buildCommand({
      loader: lazy(async () => (await onJobs()).cancel),
      parameters: { flags: { json: JSON_FLAG, repo: REPO }, positional: tuple(optionalJob), aliases: { r: 'repo' } },
      docs: { brief: 'End a job before its push' },
    }),
    retry: buildCommand({
      loader: lazy(async () => (await onJobs()).retry),
      parameters: {
        flags: { json: JSON_FLAG, repo: REPO, noWait: NO_WAIT },
        positional: tuple(optionalJob),
        aliases: { r: 'repo' },
      },
      docs: { brief: 'Run a job again that has failed' },
    }),
    jobs: buildCommand({
      loader: lazy(async () => (await import('../commands/look/jobs')).jobs),
      parameters: {
        flags: {
          json: JSON_FLAG,
          repo: REPO,
          branch: BRANCH,
          all: flag('Those of every repository'),
          limit: number('How many, at most 100', '20'),
        },
        positional: none,
        aliases: place,
      },
      docs: { brief: 'List the newest jobs' },
    }),
    job: buildCommand({
      loader: lazy(async () => (await import('../commands/look/jobs')).job),
      parameters: {
        flags: { json: JSON_FLAG, repo: REPO, wait: flag('Wait until it has ended; end as the action would') },
        positional: tuple(optionalJob),
        aliases: { r: 'repo', w: 'wait' },
      },
      docs: { brief: 'Show a job' },
    }),
    log: buildCommand({
      loader: lazy(async () => (await import('../commands/look/log')).log),
      parameters: {
        flags: { json: JSON_FLAG, repo: REPO, follow: flag('Until the job has ended') },
        positional: tuple(optionalJob),
        aliases: { r: 'repo', f: 'follow' },
      },
      docs: { brief: "Show a job's log" },
    }),
    forecast: buildRouteMap({
      routes: actionCommands(true),
      docs: { brief: 'Say what an action would do, and do nothing' },
    }),
    task: buildRouteMap({
      routes: {
        list: buildCommand({
          loader: lazy(async () => (await tasks()).taskList),
          parameters: {
            flags: { json: JSON_FLAG, repo: REPO, archived: flag('Those that are over, too') },
            positional: none,
            aliases: { r: 'repo' },
          },
          docs: { brief: 'List the tasks' },
        }),
        show: buildCommand({
          loader: lazy(async () => (await tasks()).taskShow),
          parameters: {
            flags: { json: JSON_FLAG, repo: REPO },
            positional: tuple(one('Its branch or id', 'task')),
            aliases: { r: 'repo' },
          },
          docs: { brief: 'Show a task' },
        }),
        create: buildCommand({
          loader: lazy(async () => (await tasks()).taskCreate),
          parameters: {
            flags: {
              json: JSON_FLAG,
              repo: REPO,
              branch: text('Its branch, which is there or will be', 'branch'),
              parent: text('Make a new branch on this one', 'branch'),
              description: text('More about it', 'text'),
              noWait: NO_WAIT,
            },
            positional: tuple(one('Its title', 'title')),
            aliases: { r: 'repo', b: 'branch', p: 'parent' },
          },
          docs: { brief: 'Create a task' },
        }),
        archive: buildCommand({
          loader: lazy(async () => (await tasks()).taskArchive),
          parameters: {
            flags: { json: JSON_FLAG, repo: REPO },
            positional: tuple(one('Its branch or id', 'task')),
            aliases: { r: 'repo' },
          },
          docs: { brief: 'Put a task away' },
        }),
        retry: buildCommand({
          loader: lazy(async () => (await tasks()).taskRetry),
          parameters: {
            flags: { json: JSON_FLAG, repo: REPO, branch: text('Another branch instead', 'branch'), noWait: NO_WAIT },
            positional: tuple(one('Its branch or id', 'task')),
            aliases: { r: 'repo', b: 'branch' },
          },
          docs: { brief: 'Try again to attach the branch of a task' },
        }),
      },
      docs: { brief: 'Tasks and their branches' },
    }),
    watch: buildCommand({
      loader: lazy(async () => (await import('../commands/look/watch')).watch),
      parameters: {
        flags: {
          json: JSON_FLAG,
          repo: REPO,
          all: flag('Every repository'),
          from: number('A cursor; now unless given'),
        },
        positional: none,
        aliases: { r: 'repo' },
      },
      docs: { brief: 'Show what changes as it happens' },
    }),
    open: buildCommand({
      loader: lazy(async () => (await import('../commands/open')).open),
      parameters: { flags: { json: JSON_FLAG, repo: REPO }, positional: tuple(optionalJob), aliases: { r: 'repo' } },
      docs: { brief: 'Open the dashboard, or a job on it' },
    }),
    doctor: buildCommand({
      loader: lazy(async () => (await import('../commands/doctor')).doctor),
      parameters: { flags: { json: JSON_FLAG, repo: REPO }, positional: none, aliases: { r: 'repo' } },
      docs: { brief: 'Find what is wrong or missing, and what mends it' },
    }),
    mcp: buildCommand({
      loader: lazy(async () => (await import('../commands/mcp')).mcp),
      parameters: { flags: { json: JSON_FLAG, readOnly: flag('Only tools that change nothing') }, positional: none },
      docs: { brief: 'Speak MCP over standard input and output, for agents' },
    }),
    completion: buildCommand({
      loader: lazy(async () => (await import('../commands/completion')).completion),
      parameters: { flags: { json: JSON_FLAG }, positional: tuple(one('bash, zsh or fish', 'shell')) },
      docs: { brief: 'Print the completion for a shell' },
    }),
    login: buildCommand({
      loader: lazy(async () => (await import('../commands/login')).login),
      parameters: {
        flags: { json: JSON_FLAG },
        positional: tuple({ ...one('Address of the server', 'address'), optional: true } as const),
      },
      docs: { brief: 'Keep the address and the token of a server' },
    }),
  },
  docs: { brief: 'Git repositories with stacked branches, from a terminal or a script' },
});

export const app = buildApplication<Cli>(root, {
  name: 'spicerack',
  versionInfo: { currentVersion: SPICERACK_VERSION },
  scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
  documentation: { disableAnsiColor: true },
});
