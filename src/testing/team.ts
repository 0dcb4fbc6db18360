import { makeRemote, type Remote } from '@/demo/remote';
import { git } from '@/git/process/run';

/** What other people do on the remote, by numbers that are taken modulo the branches there are. */
export type Happening =
  | { do: 'trunk'; clash: boolean }
  | { do: 'push' | 'amend'; branch: number; clash: boolean }
  /** The branch's last commit is taken away. */
  | { do: 'drop' | 'merge' | 'squash' | 'delete'; branch: number };

/** A branch as its authors see it: what it stands on, and its own commits by subject, whatever their ids. */
export interface TeamBranch {
  parent: string;
  own: string[];
  /** Commits that its parent's authors have dropped while it held them: its own now, unless its parent was rewritten too. */
  inherited: Set<string>;
  merged: boolean;
}

/**
 * A remote together with a model of it in memory. The model knows nothing of bases, replays or ids: only which
 * commits are whose. Every subject is used once.
 */
export interface Team {
  readonly remote: Remote;
  /** The branches that are on the remote, trunk aside. */
  readonly branches: Map<string, TeamBranch>;
  /** A new branch of this many commits on that branch, or on trunk. Returns its name. */
  create(parent: string, commits: number, clash: boolean): Promise<string>;
  does(happening: Happening): Promise<void>;
  /** What the branch stands on, past merged ones. */
  parentOf(branch: string): string;
}

export async function makeTeam(dir: string): Promise<Team> {
  const remote = await makeRemote(dir);
  await remote.from('main').commit('Start', { shared: 'start\n' }).write();
  const branches = new Map<string, TeamBranch>();
  let made = 0;
  let last = Promise.resolve();
  /** A file of its own for each commit; one that clashes changes a line that others change too. */
  const next = (branch: string, clash: boolean) => {
    const subject = `${branch}: ${++made}`;
    return { subject, files: { [`files/${made}`]: `${subject}\n`, ...(clash ? { shared: `${subject}\n` } : {}) } };
  };
  /** Branches that people still work on. */
  const open = () => [...branches].filter(([, branch]) => !branch.merged);

  const parentOf = (name: string): string => {
    const parent = branches.get(name)?.parent ?? 'main';
    return branches.get(parent)?.merged ? parentOf(parent) : parent;
  };

  const happens = async (happening: Happening): Promise<void> => {
    if (happening.do === 'trunk') {
      const { subject, files } = next('main', happening.clash);
      await remote.from('main').commit(subject, files).write();
      return;
    }
    // Old merged branches are deleted now and then, too.
    const from = happening.do === 'delete' ? [...branches] : open();
    const [name, branch] = from[happening.branch % Math.max(1, from.length)] ?? [];
    if (!name || !branch) return;
    switch (happening.do) {
      case 'push': {
        const { subject, files } = next(name, happening.clash);
        await remote.from(name).commit(subject, files).write();
        branch.own.push(subject);
        break;
      }
      case 'amend': {
        if (branch.own.length === 0) return;
        const { subject, files } = next(name, happening.clash);
        await remote.from(`${name}~1`).branch(name).commit(subject, files).write();
        branch.own.splice(-1, 1, subject);
        break;
      }
      case 'drop':
        // A branch without commits of its own is nobody's work; it would only blur who stands on whom.
        if (branch.own.length < 2) return;
        for (const [other, row] of branches) {
          if (parentOf(other) === name && (await remote.contains(other, name)))
            row.inherited.add(branch.own.at(-1) ?? '');
        }
        await remote.move(name, `${name}~1`);
        branch.own.pop();
        break;
      case 'merge':
      case 'squash': {
        if (parentOf(name) !== 'main') return;
        const merge = ['merge-tree', '--write-tree', '--no-messages', 'main', name];
        if ((await git(merge, { gitDir: remote.dir, okCodes: [0, 1] })).code !== 0) return;
        await remote.merge(name, happening.do);
        branch.merged = true;
        break;
      }
      case 'delete':
        await remote.delete(name);
        // Whoever stood on a merged branch stands on what that stood on.
        if (branch.merged) {
          for (const [other, row] of branches) if (row.parent === name) row.parent = parentOf(other);
        }
        branches.delete(name);
        break;
    }
  };

  return {
    remote,
    branches,
    parentOf,
    // One after the other, so that the model knows in which order.
    does: (happening) => {
      last = last.then(() => happens(happening));
      return last;
    },
    async create(parent, commits, clash) {
      const name = `b${branches.size + 1}-${made}`;
      let chain = remote.from(parent).branch(name);
      const own: string[] = [];
      for (let i = 0; i < commits; i++) {
        const { subject, files } = next(name, clash && i === 0);
        chain = chain.commit(subject, files);
        own.push(subject);
      }
      await chain.write();
      branches.set(name, { parent, own, inherited: new Set(), merged: false });
      return name;
    },
  };
}
