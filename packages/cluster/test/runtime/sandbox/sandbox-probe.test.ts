import { describe, expect, test } from '@jest/globals';
import { explainRefusal, withProcessRemedy, type Restrictions } from '../../../src/runtime/sandbox/sandbox-probe.js';

const free: Restrictions = { isRoot: false, inContainer: false };

test('a limit of processes is not reported as denied namespaces', () => {
  for (const error of ['spawn /usr/bin/perl EAGAIN', 'fork: Resource temporarily unavailable\n']) {
    const problem = explainRefusal({ ...free, seccomp: '2', maxProcesses: '18' }, error);
    expect(problem.code).toBe('SANDBOX_NO_PROCESSES');
    expect(problem.message).toBe(
      `steps cannot run here: no more processes can be started (${error.trim()}); this user may have 18, including threads`,
    );
    expect(problem.hints).toEqual(['raise the limit (ulimit -u 4096), or end other processes of this user']);
  }
});

test('the error for a container that could not be created for lack of processes has a remedy', () => {
  expect(withProcessRemedy('clone: Resource temporarily unavailable')).toBe(
    'clone: Resource temporarily unavailable; too many processes: raise the limit (ulimit -u), or end some',
  );
  expect(withProcessRemedy('clone: Operation not permitted')).toBe('clone: Operation not permitted');
});

describe('the error for denied namespaces', () => {
  test.each<[string, Partial<Restrictions>, string[]]>([
    [
      'by AppArmor',
      { apparmorRestrictsUserns: '1' },
      [
        'AppArmor denies user namespaces to ordinary programs (Ubuntu 23.10 and later): install bubblewrap with its AppArmor profile (packages bubblewrap and apparmor-profiles), or run `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`',
      ],
    ],
    [
      'by a limit of zero',
      { maxUserNamespaces: '0' },
      ['no user namespaces are allowed here: run `sudo sysctl user.max_user_namespaces=15000`'],
    ],
    [
      'by a setting of Debian',
      { unprivilegedUsernsClone: '0' },
      ['only root may create user namespaces here: run `sudo sysctl kernel.unprivileged_userns_clone=1`'],
    ],
    [
      'by a container engine',
      { seccomp: '2' },
      [
        'this process seems to run in a container whose engine denies namespaces: start it with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined` and, for root, `--cap-add SYS_ADMIN`',
      ],
    ],
    [
      'for root without capabilities',
      { isRoot: true, maxUserNamespaces: '0' },
      [
        'root lacks the capability to mount here: run as an ordinary user of the machine, or give the process CAP_SYS_ADMIN',
      ],
    ],
    [
      'for an unknown cause',
      {},
      ['check that the kernel has user namespaces (CONFIG_USER_NS) and that no security module denies them'],
    ],
  ])('%s has a remedy', (_, restrictions, hints) => {
    const problem = explainRefusal({ ...free, ...restrictions }, 'unshare: unshare failed: Operation not permitted\n');
    expect(problem.code).toBe('SANDBOX_NO_NAMESPACES');
    expect(problem.message).toBe(
      'steps cannot run here: the kernel denies the namespaces that a sandbox needs (unshare: unshare failed: Operation not permitted; )',
    );
    expect(problem.hints).toEqual(hints);
  });
});
