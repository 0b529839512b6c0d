# Makes containers by system calls: RIGHTS (root or user) and the numbers of the calls, in the order of perl-program.ts.
#
# util-linux needs a program for each part (namespaces, mounts, session, rights, root), and executing one takes a millisecond; the
# calls take microseconds. Perl can make any call and is part of every Debian and Ubuntu. It interprets nothing that a user wrote: the
# fields of a message go into calls unchanged.
#
#     Node ──"ID start LENGTH", fields──▶ reader ──clone──▶ the container's process 1: mounts, root, rights, exec
#          ◀──"ID at N"──────────────────┘   │ CLONE_PARENT          └──"ID ok PID" or "ID failed REASON"
#          ◀──"N exit CODE SIGNAL"── waiter ─┘ (process 1 of the namespace that everything dies with)
#
# In `clone`, 17 is SIGCHLD.

use strict;
length(pack 'j', 0) == 8 or die "this Perl has not the size of its machine\n";
my $rights = shift @ARGV;
my ($clone, $unshare, $mount, $prctl, $setsid, $sethostname, $setgroups, $setgid, $setuid, $mknodat, $prlimit) = map { $_ + 0 } @ARGV;
my ($NEWNS, $NEWUTS, $NEWIPC, $NEWUSER, $NEWPID, $PARENT) = (0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x8000);
my ($BIND, $MOVE, $REC_PRIVATE) = (4096, 8192, 16384 | 262144);
open my $out, '>&', \*STDOUT or die "dup: $!\n";

sub say_line { my $line = join ' ', @_; $line =~ tr/\n/ /; syswrite $out, "$line\n" }
sub call { my $number = shift; return syscall($number, @_) != -1 }
sub write_file { my ($path, $text) = @_; open my $file, '>', $path or return 0; my $n = syswrite $file, $text; return close $file && defined $n }
sub die_with_parent { call($prctl, 1, 9, 0, 0, 0) or die "prctl: $!\n" }
# A user namespace counts its own processes towards the limit: a fork bomb leaves this user half of the allowed processes.
sub limit_processes {
  my $now = "\0" x 16;
  call($prlimit, 0, 6, 0, $now) or return;
  my ($soft) = unpack 'QQ', $now;
  return if $soft < 2048;
  my $most = $soft > 65536 ? 32768 : int($soft / 2);
  my $limit = pack 'QQ', $most, $most;
  call($prlimit, 0, 6, $limit, 0);
}

die_with_parent();
my ($uid, $gid) = ($<, $( + 0);
call($unshare, $rights eq 'user' ? $NEWUSER | $NEWPID : $NEWPID) or die "unshare: $!\n";
if ($rights eq 'user') {
  write_file('/proc/self/setgroups', 'deny');
  write_file('/proc/self/uid_map', "0 $uid 1\n") && write_file('/proc/self/gid_map', "0 $gid 1\n") or die "uid_map: $!\n";
  die_with_parent();
  limit_processes();
}
my $first = fork;
defined $first or die "fork: $!\n";
if ($first) { waitpid $first, 0; exit 1 }
die_with_parent();
my $reader = fork;
defined $reader or die "fork: $!\n";
if ($reader) {
  close STDIN;
  while ((my $pid = wait) > 0) {
    last if $pid == $reader;
    say_line($pid, 'exit', $? >> 8, $? & 127);
  }
  exit 0;
}

sub start {
  my $id = shift;
  my ($root, $hostname, $cwd, $output, $least, $fixed, $run_uid, $run_gid) = splice @_, 0, 8;
  my $host_pid = readlink '/proc/self';
  my $fail = sub { say_line($id, 'failed', @_); exit 125 };
  open STDIN, '<', '/dev/null' or $fail->("/dev/null: $!");
  open STDOUT, '>', $output or $fail->("$output: $!");
  open STDERR, '>&', \*STDOUT or $fail->("$output: $!");
  my ($none, $slash, $dot) = ('none', '/', '.');
  write_file('/proc/self/oom_score_adj', '1000'); # kubelet's value for pods without requests: the kernel kills steps first
  call($sethostname, $hostname, length $hostname);
  call($mount, $none, $slash, 0, $REC_PRIVATE, 0) or $fail->("the mounts of / cannot be made private: $!");
  for (1 .. shift @_) {
    my $made = shift @_;
    mkdir $made and chmod 0755, $made or $fail->("mkdir $made: $!");
  }
  for (1 .. shift @_) {
    my ($source, $target, $type, $flags, $options) = splice @_, 0, 5;
    call($mount, $source, $target, $type, $flags + 0, $options) or $fail->("mount $source at $target: $!");
  }
  chdir $root && call($mount, $dot, $slash, 0, $MOVE, 0) && chroot $dot or $fail->("$root cannot be made the root: $!");
  call($setsid);
  if ($least) {
    my %kept = map { $_ => 1 } split /,/, $least;
    for (my $capability = 0; $capability < 64; $capability++) {
      next if $kept{$capability};
      last unless call($prctl, 24, $capability, 0, 0, 0);
    }
  }
  if ($fixed) { call($prctl, 38, 1, 0, 0, 0) or $fail->("no_new_privs: $!") }
  chdir $cwd or $fail->("$cwd: $!");
  if ($run_uid || $run_gid) {
    call($setgroups, 0, 0) && call($setgid, $run_gid + 0) && call($setuid, $run_uid + 0) or $fail->("user $run_uid:$run_gid: $!");
  }
  my @command = splice @_, 0, shift @_;
  %ENV = splice @_, 0, shift @_;
  say_line($id, 'ok', $host_pid);
  exec { $command[0] } @command;
  my $missing = $! == 2;
  syswrite STDERR, "exec $command[0]: $!\n";
  exit($missing ? 127 : 126);
}

while (defined(my $head = <STDIN>)) {
  my ($id, $what, $length) = split ' ', $head;
  my $text = '';
  while (length $text < $length) { read(STDIN, $text, $length - length $text, length $text) or exit 0 }
  my @fields = split /\0/, $text, -1;
  if ($what eq 'pipes') {
    my $why = '';
    my $mask = umask 0;
    for my $path (@fields) { call($mknodat, -100, $path, 010622, 0) or $why = "$path: $!" }
    umask $mask;
    say_line($id, $why eq '' ? 'ok' : "failed $why");
    next;
  }
  my $pid = syscall($clone, $NEWNS | $NEWUTS | $NEWIPC | $NEWPID | $PARENT | 17, 0, 0, 0, 0);
  if ($pid == 0) { start($id, @fields) }
  say_line($id, $pid == -1 ? "failed clone: $!" : "at $pid");
}
