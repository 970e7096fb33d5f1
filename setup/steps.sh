# Shared by the scripts beside it: steps that say what they do, and apt packages.
# Sourced with the checkout as working folder. Writes the words of commands to $log.
# shellcheck shell=bash

PATH=$PATH:/usr/sbin:/sbin # a plain user's PATH leaves out where Debian keeps daemons
log=.state/setup.log
mkdir -p .state

say() { printf '%s\n' "$*"; }

fail() { # what, cure
    printf '✗ %s\n  → %s\n' "$1" "$2" >&2
    exit 1
}

tick() { # what, shell: redraws the step's line as long as its shell lives
    local began=$SECONDS
    while kill -0 "$2" 2>/dev/null; do
        printf '\r\033[K%s … %d s' "$1" $((SECONDS - began))
        sleep 1
    done
}

# step WHAT COMMAND…: runs the command in a subshell, its words go to the log; says what was done
# and how long it took. Returns the command's code.
step() {
    local what=$1 began=$SECONDS code=0 ticker=''
    shift
    if [ -t 1 ]; then
        tick "$what" "$BASHPID" &
        ticker=$!
    else
        say "$what …"
    fi
    (say "== $what" && "$@") >>"$log" 2>&1 </dev/null || code=$?
    if [ -n "$ticker" ]; then
        kill "$ticker" && wait "$ticker" 2>/dev/null || printf '\r\033[K'
    fi
    if [ "$code" = 0 ]; then
        say "✓ $what ($((SECONDS - began)) s)"
    elif [ ! -t 1 ]; then
        tail -n 20 "$log" >&2 # nobody is there to open it: a build, CI
    fi
    return "$code"
}

missing() { # package:command…: prints the packages whose command (a path, perhaps *) is not there
    local entry
    for entry in "$@"; do
        compgen -G "${entry#*:}" >/dev/null || command -v "${entry#*:}" >/dev/null ||
            say "${entry%%:*}"
    done
}

# Debian starts a daemon as soon as it is installed. Ours are private children of `cti`, so those
# that come with this installation start neither now nor at the next boot.
apt_install() { # package…
    local unit
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT # of the step's subshell
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod +x /usr/sbin/policy-rc.d
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=300 update &&
        apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" || return
    for unit in redis-server mosquitto postgresql; do
        case " $* " in *" $unit "*) systemctl disable "$unit" || true ;; esac
    done
}

install_packages() { # package:command…
    local absent
    mapfile -t absent < <(missing "$@")
    [ ${#absent[@]} != 0 ] || return 0
    command -v apt-get >/dev/null ||
        fail "Missing: ${absent[*]}" "this is no Debian: install them your way, then try again"
    [ "$(id -u)" = 0 ] ||
        fail "Missing: ${absent[*]}" "sudo apt-get install --no-install-recommends ${absent[*]}"
    step "Installing ${absent[*]}" apt_install "${absent[@]}" ||
        fail "apt could not install ${absent[*]}" "see $log; is the package server reachable?"
}
