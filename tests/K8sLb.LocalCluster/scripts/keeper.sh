#!/bin/bash
# keeper.sh RUN_DIRECTORY - looks after a run directory and outlives the program that made it.
#
# Standard input is a pipe that only the owner holds open. Its end, for whatever reason (kill -9 included), or a line
# "release", ends everything that belongs to the directory: processes, cgroups, the directory itself. A line "detach"
# lets the owner leave: from then on the same words are read from the FIFO "control" in the directory.
#
# What belongs to the directory is known without bookkeeping that could come too late:
#   processes  have K8SLB_RUN=<directory> in their environment; a node's PID namespace dies with its first process, and
#              with it go containers, shims, mounts and network namespaces, none of which ever exist outside of it
#   cgroups    are listed in the file "cgroups", written before they are made
#
# Run with an empty standard input it removes a directory that nobody looks after any more.
set -u
run=${1:?usage: keeper.sh RUN_DIRECTORY}

marked() { # pids of the processes that belong to the directory
  grep -lzxF "K8SLB_RUN=$run" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
}

end_processes() {
  local quiet=0
  for _ in $(seq 600); do # up to a minute; a process in the kernel may take its time to go
    local pids
    pids=$(marked)
    if [ -z "$pids" ]; then
      # Twice nothing: one that was between fork and exec during the first look has its mark by the second.
      quiet=$((quiet + 1))
      [ $quiet -ge 2 ] && return 0
      sleep 0.02
      continue
    fi
    quiet=0
    # shellcheck disable=SC2086
    kill -KILL $pids 2>/dev/null
    sleep 0.05
  done
  echo "still running: $(marked | tr '\n' ' ')"
  return 1
}

# Removes the cgroups listed, in every hierarchy (version 1 has one for each controller, version 2 only one).
remove_cgroups() {
  [ -f "$run/cgroups" ] || return 0
  local group root left
  while read -r group; do
    case $group in /k8slb-*) ;; *) echo "not ours: $group"; continue ;; esac
    for _ in $(seq 100); do
      left=
      for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
        [ -d "$root$group" ] || continue
        find "$root$group" -depth -type d -exec rmdir {} + 2>/dev/null
        [ -d "$root$group" ] && left="$left $root$group"
      done
      [ -z "$left" ] && break
      sleep 0.05
    done
    [ -z "$left" ] || { echo "cgroups left:$left"; return 1; }
  done <"$run/cgroups"
}

remove_directory() {
  for _ in $(seq 40); do
    rm -rf --one-file-system "$run" 2>/dev/null && return 0
    sleep 0.05
  done
  rm -rf --one-file-system "$run"
}

main() {
  # It removes what it is given: let it be nothing else than what it is for.
  case $run in /dev/shm/k8slb-* | /var/tmp/k8slb-*) ;; *) echo "keeper.sh: not a run directory: $run" >&2; exit 2 ;; esac
  [ -w "$run" ] || exit 0 # somebody else's, or gone
  cd / || exit 1
  exec >>"$run/keeper.log" 2>&1 9>"$run/keeper.lock" || exit 1
  flock -n 9 || exit 0 # somebody looks after it
  trap 'exec </dev/null' TERM INT HUP
  local word
  while read -r word; do
    case $word in
      detach) [ -p "$run/control" ] || mkfifo -m 600 "$run/control"; exec <>"$run/control" ;; # opened for both, so that it never reaches its end
      release) break ;;
    esac
  done
  end_processes && remove_cgroups && remove_directory
}

main
exit $?
