# Removes directory trees: reads paths that end with a null character, answers each with a line (gone or left), in their order.

use strict;
$/ = "\0";
$| = 1;
sub remove {
  my $path = shift;
  lstat($path) or return;
  if (!-d _) { unlink $path; return }
  my $directory;
  opendir $directory, $path or (chmod(0700, $path) && opendir $directory, $path) or return;
  my @names = grep { $_ ne '.' && $_ ne '..' } readdir $directory;
  closedir $directory;
  chmod 0700, $path if @names && !-w $path;
  remove("$path/$_") for @names;
  rmdir $path;
}
while (defined(my $path = <STDIN>)) {
  chomp $path;
  remove($path);
  print +(lstat($path) ? "left\n" : "gone\n");
}
