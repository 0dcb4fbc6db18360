import {
  buildApplication,
  buildCommand,
  buildRouteMap,
  type InputParser,
  type TypedCommandParameters,
  type TypedPositionalParameters,
} from '@stricli/core';
import { branchesAt } from '../context/clone';
import type { Session } from '../context/session';
import type { Exit } from '../out/exit';
import type { Cli } from './cli';
import {
  ACT,
  ACT_ON_BRANCH,
  BRANCH,
  branchFlag,
  branchName,
  commit,
  FORECAST,
  flag,
  given,
  JSON_FLAG,
  lettersOf,
  NO_WAIT,
  number,
  REPO,
  text,
  YES,
} from './flags';
import { words } from './words';

/** The grammar of the command line. What a command does is loaded when it is called. */

type Handler<FLAGS, ARGS extends readonly unknown[]> = (session: Session, flags: FLAGS, ...args: ARGS) => Promise<Exit>;

/** What a flag's value is in the command. */
type Value<FLAG> = FLAG extends { parse: (input: string) => infer T } ? T : boolean;
type Flags<F> = { readonly [K in keyof F]?: Value<F[K]> | undefined };

/** A command whose code is loaded, and run in a session of its own, when it is called. */
function command<F extends { json: typeof JSON_FLAG }, ARGS extends readonly unknown[]>({
  loader,
  parameters,
  docs,
}: {
  loader: () => Promise<Handler<Flags<F>, ARGS>>;
  parameters: {
    flags: F;
    positional: TypedPositionalParameters<ARGS, Cli>;
  };
  docs: { brief: string };
}) {
  return buildCommand<Flags<F>, ARGS, Cli>({
    async loader() {
      const run = await loader();
      return async function (this: Cli, flags: Flags<F>, ...args: ARGS): Promise<void> {
        await this.runs(flags.json ?? false, (session) => run(session, flags, ...args));
      };
    },
    // `Flags` is what these say; the parser's own type of them cannot be inferred from a generic one.
    parameters: { ...parameters, aliases: lettersOf(parameters.flags) } as unknown as TypedCommandParameters<
      Flags<F>,
      ARGS,
      Cli
    >,
    docs,
  });
}

const parse: InputParser<string, Cli> = given;
const branch = {
  brief: 'Branch; that of HEAD unless given',
  placeholder: 'branch',
  parse: branchName,
  async proposeCompletions(this: Cli, partial: string) {
    return (await branchesAt(this.cwd)).filter((name) => name.startsWith(partial));
  },
} as const;
const optionalBranch = { ...branch, optional: true } as const;
const optionalJob = { brief: 'Number of the job', placeholder: 'job', parse, optional: true } as const;
const one = (brief: string, placeholder: string) => ({ brief, placeholder, parse }) as const;
const tuple = <T extends readonly unknown[]>(...parameters: T) => ({ kind: 'tuple', parameters }) as const;
const none = tuple();
const someBranches = { kind: 'array', parameter: branch } as const;

const actions = () => import('../commands/act/actions');
const onJobs = () => import('../commands/act/jobs');
const branches = () => import('../commands/act/branches');
const tasks = () => import('../commands/task');
const access = () => import('../commands/access');

/** The actions, as commands; or as forecasts, which do nothing. */
function actionCommands(isForecast: boolean) {
  const flags = isForecast ? { json: JSON_FLAG, repo: REPO, ...FORECAST } : ACT;
  const onBranch = isForecast ? { ...flags, branch: BRANCH } : ACT_ON_BRANCH;
  return {
    sync: command({
      loader: async () => (await actions()).sync,
      parameters: {
        flags: isForecast ? flags : { ...flags, noMove: flag('Only look: what stands on merged branches stays') },
        positional: none,
      },
      docs: { brief: 'Fetch, find what has landed, and move what stood on it' },
    }),
    restack: command({
      loader: async () => (await actions()).restack,
      parameters: {
        flags: { ...onBranch, all: flag('Every stack of the repository') },
        positional: someBranches,
      },
      docs: { brief: 'Put branches and all above them onto their parents' },
    }),
    rebase: command({
      loader: async () => (await actions()).rebase,
      parameters: { flags: onBranch, positional: tuple(optionalBranch) },
      docs: { brief: 'Put one branch onto its parent; those above it wait' },
    }),
    reparent: command({
      loader: async () => (await actions()).reparent,
      parameters: {
        flags,
        positional: tuple(
          { ...branch, brief: 'Branch to move' },
          { ...branch, brief: 'What it is to stand on', placeholder: 'parent' },
        ),
      },
      docs: { brief: 'Move a branch and all above it onto another one' },
    }),
    register: command({
      loader: async () => (await actions()).register,
      parameters: {
        flags: {
          ...onBranch,
          suggested: flag('Every branch that has a suggested parent'),
          parent: branchFlag('What it stands on; found by itself unless given'),
          base: {
            ...text('The commit of the parent that it stands on', 'commit'),
            parse: commit,
          },
        },
        positional: someBranches,
      },
      docs: { brief: 'Track branches' },
    }),
  };
}

const commands = buildRouteMap({
  routes: {
    add: command({
      loader: async () => (await import('../commands/add')).add,
      parameters: {
        flags: {
          json: JSON_FLAG,
          name: text('Its name here', 'name'),
          trunk: branchFlag('Its trunk, where HEAD of the remote does not say it'),
          demo: flag('The demo: a small shop whose team goes on meanwhile'),
          noWait: NO_WAIT,
        },
        positional: tuple({ ...one('Address; that of this clone unless given', 'address'), optional: true } as const),
      },
      docs: { brief: 'Add a repository' },
    }),
    repos: command({
      loader: async () => (await import('../commands/look/repos')).repos,
      parameters: { flags: { json: JSON_FLAG }, positional: none },
      docs: { brief: 'List the repositories' },
    }),
    stack: command({
      loader: async () => (await import('../commands/look/stack')).stack,
      parameters: {
        flags: { json: JSON_FLAG, repo: REPO },
        positional: tuple({
          ...one('Name, address or id; that of this clone unless given', 'repo'),
          optional: true,
        } as const),
      },
      docs: { brief: 'Show the stacks, with states, pull requests and forecast' },
    }),
    show: command({
      loader: async () => (await import('../commands/look/show')).show,
      parameters: {
        flags: { json: JSON_FLAG, repo: REPO, branch: BRANCH, patch: flag('With what has changed in each file') },
        positional: tuple(optionalBranch),
      },
      docs: { brief: 'Show a branch: its state, its commits and its files' },
    }),
    status: command({
      loader: async () => (await import('../commands/look/status')).status,
      parameters: { flags: { json: JSON_FLAG, repo: REPO, branch: BRANCH }, positional: none },
      docs: { brief: 'Show how the repository, the branch and the queue stand' },
    }),
    ...actionCommands(false),
    untrack: command({
      loader: async () => (await branches()).untrack,
      parameters: {
        flags: { json: JSON_FLAG, repo: REPO, branch: BRANCH, noWait: NO_WAIT },
        positional: tuple(optionalBranch),
      },
      docs: { brief: 'Track a branch no longer' },
    }),
    longLived: command({
      loader: async () => (await branches()).longLived,
      parameters: {
        flags: { json: JSON_FLAG, repo: REPO, branch: BRANCH, off: flag('It is none: actions may move it') },
        positional: tuple(optionalBranch),
      },
      docs: { brief: 'Say that no action may move a branch' },
    }),
    acceptRename: command({
      loader: async () => (await branches()).acceptRename,
      parameters: {
        flags: { json: JSON_FLAG, repo: REPO, branch: BRANCH, noWait: NO_WAIT },
        positional: tuple(optionalBranch),
      },
      docs: { brief: 'Take a branch for the one that it seems to be under a new name' },
    }),
    keep: command({
      loader: async () => (await branches()).keep,
      parameters: {
        flags: { json: JSON_FLAG, noWait: NO_WAIT },
        positional: tuple(
          one('Number of the job that took it away', 'job'),
          { ...one('The commit', 'commit'), parse: commit },
          { ...one('Name of the new branch', 'branch'), parse: branchName },
        ),
      },
      docs: { brief: 'Put a commit that no branch has any more onto a new branch' },
    }),
    settings: command({
      loader: async () => (await import('../commands/settings')).settings,
      parameters: {
        flags: {
          json: JSON_FLAG,
          repo: REPO,
          name: text('Its name here', 'name'),
          url: text('Its new address', 'address'),
          trunk: branchFlag('Its trunk'),
          engine: text('auto, git or git-spice', 'engine'),
          autoSync: text('Minutes between automatic syncs, or off', 'minutes'),
          autoSyncMoves: text('Whether automatic syncs move what stands on merged branches', 'on|off'),
          autoRestack: text('Restack after each automatic sync', 'on|off'),
          nonAtomicPush: text('Push branches one by one where the remote knows no atomic push', 'on|off'),
        },
        positional: none,
      },
      docs: { brief: 'Show the settings of a repository, and change those that are given' },
    }),
    remove: command({
      loader: async () => (await import('../commands/settings')).remove,
      parameters: {
        flags: { json: JSON_FLAG, yes: YES },
        positional: tuple(one('Name, address or id', 'repo')),
      },
      docs: { brief: 'Forget a repository; the remote keeps everything' },
    }),
    create: command({
      loader: async () => (await tasks()).create,
      parameters: {
        flags: {
          json: JSON_FLAG,
          repo: REPO,
          parent: branchFlag('What it is to stand on; the branch of HEAD unless given, else the trunk'),
          title: text('Title of its task; the name of the branch unless given', 'title'),
          noWait: NO_WAIT,
        },
        positional: tuple({ ...one('Name of the new branch', 'branch'), parse: branchName }),
      },
      docs: { brief: 'Make a branch on the remote, with a task' },
    }),
    undo: command({
      loader: async () => (await onJobs()).undo,
      parameters: { flags: ACT, positional: tuple(optionalJob) },
      docs: { brief: 'Put back what a job has moved' },
    }),
    cancel: command({
      loader: async () => (await onJobs()).cancel,
      parameters: { flags: { json: JSON_FLAG, repo: REPO }, positional: tuple(optionalJob) },
      docs: { brief: 'End a job before its push' },
    }),
    retry: command({
      loader: async () => (await onJobs()).retry,
      parameters: { flags: ACT, positional: tuple(optionalJob) },
      docs: { brief: 'Run a job again' },
    }),
    jobs: command({
      loader: async () => (await import('../commands/look/jobs')).jobs,
      parameters: {
        flags: {
          json: JSON_FLAG,
          repo: REPO,
          branch: branchFlag('Those that are about this branch'),
          all: flag('Those of every repository'),
          status: text('Those that are queued, running, completed, error or cancelled', 'status'),
          limit: number('How many, at most 100', { to: 100, placeholder: '20' }),
        },
        positional: none,
      },
      docs: { brief: 'List the newest jobs' },
    }),
    job: command({
      loader: async () => (await import('../commands/look/jobs')).job,
      parameters: {
        flags: { json: JSON_FLAG, repo: REPO, wait: flag('Wait until it has ended; end as the action would') },
        positional: tuple(optionalJob),
      },
      docs: { brief: 'Show a job' },
    }),
    log: command({
      loader: async () => (await import('../commands/look/log')).log,
      parameters: {
        flags: { json: JSON_FLAG, repo: REPO, follow: flag('Until the job has ended') },
        positional: tuple(optionalJob),
      },
      docs: { brief: "Show a job's log" },
    }),
    forecast: buildRouteMap({
      routes: actionCommands(true),
      docs: { brief: 'Say what an action would do, and do nothing' },
    }),
    task: buildRouteMap({
      routes: {
        list: command({
          loader: async () => (await tasks()).taskList,
          parameters: {
            flags: { json: JSON_FLAG, repo: REPO, archived: flag('Those that are over, too') },
            positional: none,
          },
          docs: { brief: 'List the tasks' },
        }),
        show: command({
          loader: async () => (await tasks()).taskShow,
          parameters: {
            flags: { json: JSON_FLAG, repo: REPO },
            positional: tuple(one('Its branch or id', 'task')),
          },
          docs: { brief: 'Show a task' },
        }),
        create: command({
          loader: async () => (await tasks()).taskCreate,
          parameters: {
            flags: {
              json: JSON_FLAG,
              repo: REPO,
              branch: branchFlag('Its branch, which is there or will be pushed'),
              parent: branchFlag('Make a new branch on this one'),
              description: text('More about it', 'text'),
              noWait: NO_WAIT,
            },
            positional: tuple(one('Its title', 'title')),
          },
          docs: { brief: 'Create a task' },
        }),
        archive: command({
          loader: async () => (await tasks()).taskArchive,
          parameters: {
            flags: { json: JSON_FLAG, repo: REPO },
            positional: tuple(one('Its branch or id', 'task')),
          },
          docs: { brief: 'Put a task away' },
        }),
        retry: command({
          loader: async () => (await tasks()).taskRetry,
          parameters: {
            flags: { json: JSON_FLAG, repo: REPO, branch: branchFlag('Another branch instead'), noWait: NO_WAIT },
            positional: tuple(one('Its branch or id', 'task')),
          },
          docs: { brief: 'Try again to attach the branch of a task' },
        }),
      },
      docs: { brief: 'Tasks and their branches' },
    }),
    token: buildRouteMap({
      routes: {
        create: command({
          loader: async () => (await access()).tokenCreate,
          parameters: {
            flags: {
              json: JSON_FLAG,
              role: text('read, act or administer; act unless given', 'role'),
              only: text('Repositories outside of which it changes nothing, with commas between', 'repos'),
              days: number('Days until it expires; 90 unless given', { to: 3650, placeholder: '90' }),
              forever: flag('It ends only when it is revoked'),
            },
            positional: tuple(one('Whose it is: a person or a program', 'name')),
          },
          docs: { brief: 'Make a token, and print it' },
        }),
        list: command({
          loader: async () => (await access()).tokenList,
          parameters: { flags: { json: JSON_FLAG }, positional: none },
          docs: { brief: 'List the tokens, with when each was used last' },
        }),
        revoke: command({
          loader: async () => (await access()).tokenRevoke,
          parameters: { flags: { json: JSON_FLAG }, positional: tuple(one('Its name or id', 'token')) },
          docs: { brief: 'End a token at once' },
        }),
      },
      docs: { brief: 'Tokens for people and programs' },
    }),
    audit: command({
      loader: async () => (await access()).auditLog,
      parameters: {
        flags: {
          json: JSON_FLAG,
          action: text('Of one kind: sign_in, sign_in_failed, jobs.run …', 'action'),
          limit: number('How many, at most 100', { to: 100, placeholder: '30' }),
          before: number('Those before this number'),
        },
        positional: none,
      },
      docs: { brief: 'Show who did what' },
    }),
    watch: command({
      loader: async () => (await import('../commands/look/watch')).watch,
      parameters: {
        flags: {
          json: JSON_FLAG,
          repo: REPO,
          all: flag('Every repository'),
          from: number('A cursor; now unless given', { from: 0 }),
        },
        positional: none,
      },
      docs: { brief: 'Show what changes as it happens' },
    }),
    open: command({
      loader: async () => (await import('../commands/open')).open,
      parameters: { flags: { json: JSON_FLAG, repo: REPO }, positional: tuple(optionalJob) },
      docs: { brief: 'Open the dashboard, or a job on it' },
    }),
    doctor: command({
      loader: async () => (await import('../commands/doctor')).doctor,
      parameters: { flags: { json: JSON_FLAG, repo: REPO }, positional: none },
      docs: { brief: 'Find what is wrong or missing, and what mends it' },
    }),
    serve: command({
      loader: async () => (await import('../commands/serve')).serve,
      parameters: { flags: { json: JSON_FLAG }, positional: none },
      docs: { brief: 'Run the server, where its package is installed' },
    }),
    backup: command({
      loader: async () => (await import('../commands/serve')).backup,
      parameters: { flags: { json: JSON_FLAG }, positional: tuple(one('A new file', 'file')) },
      docs: { brief: "Write the server's database into one file, also while it runs; where its package is installed" },
    }),
    mcp: command({
      loader: async () => (await import('../commands/mcp')).mcp,
      parameters: { flags: { json: JSON_FLAG, readOnly: flag('Only tools that change nothing') }, positional: none },
      docs: { brief: 'Speak MCP over standard input and output, for agents' },
    }),
    completion: command({
      loader: async () => (await import('../commands/completion')).completion,
      parameters: { flags: { json: JSON_FLAG }, positional: tuple(one('bash, zsh or fish', 'shell')) },
      docs: { brief: 'Print the completion for a shell' },
    }),
    login: command({
      loader: async () => (await import('../commands/login')).login,
      parameters: {
        flags: { json: JSON_FLAG },
        positional: tuple({ ...one('Address of the server', 'address'), optional: true } as const),
      },
      docs: { brief: 'Keep the address and the token of a server' },
    }),
  },
  docs: { brief: 'Git repositories with stacked branches, from a terminal or a script' },
});

/** The list of the commands alone: with every flag of each it would say everything twice, and fill a screen. */
const root: typeof commands = {
  ...commands,
  formatHelp: (args) =>
    commands
      .formatHelp(args)
      .replace(/^( +spicerack .*\n)+/m, '  spicerack <command> …\n  spicerack <command> --help\n'),
};

export const app = buildApplication<Cli>(root, {
  name: 'spicerack',
  versionInfo: { currentVersion: SPICERACK_VERSION },
  scanner: {
    caseStyle: 'allow-kebab-for-camel',
    allowArgumentEscapeSequence: true,
    // A slip of the fingers; what is further off is another word.
    distanceOptions: { threshold: 2, weights: { insertion: 1, deletion: 1, substitution: 1, transposition: 1 } },
  },
  documentation: { disableAnsiColor: true },
  localization: { loadText: () => words },
});

/** Where a command line that is wrong in this way is explained. Pure. */
export function helpFor(inputs: readonly string[]): string {
  const known = ['spicerack'];
  for (let at: ReturnType<typeof root.getRoutingTargetForInput> = root; at && 'getRoutingTargetForInput' in at; ) {
    const input = inputs[known.length - 1] ?? '';
    at = at.getRoutingTargetForInput(input.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()));
    if (at) known.push(input);
  }
  return known.length === 1 ? 'spicerack --help lists the commands.' : `${known.join(' ')} --help shows what it takes.`;
}
