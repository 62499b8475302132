#!/bin/sh
# Installs the system packages that Lookback needs to build and to run, and only those that are missing.
# Says what it installs. Knows apt, dnf, pacman and brew. Does not install a Rust toolchain.
set -eu

minimum_rust=1.95

say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        fail "this needs root and there is no sudo. As root, run: $*"
    fi
}

check_rust() {
    have cargo || fail "no Rust toolchain found. Install one (https://rustup.rs), then run this again."
    version=$(rustc --version | cut -d' ' -f2)
    oldest=$(printf '%s\n%s\n' "$minimum_rust" "$version" | sort -t. -k1,1n -k2,2n | head -n1)
    [ "$oldest" = "$minimum_rust" ] ||
        fail "Rust $version is too old: $minimum_rust or newer is needed. Try: rustup update stable"
}

# Sets $missing to those of its arguments for which the command $has fails.
missing_of() {
    missing=""
    for package in "$@"; do
        $has "$package" || missing="$missing $package"
    done
}

apt_has() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q '^install ok installed'; }
rpm_has() { rpm -q --whatprovides "$1" >/dev/null 2>&1; }
pacman_has() { pacman -Qq "$1" >/dev/null 2>&1; }
brew_has() { brew list --versions "$1" >/dev/null 2>&1; }

ffmpeg_headers_present() {
    have pkg-config && pkg-config --exists libavcodec libavformat libavutil libswresample libswscale 2>/dev/null
}

# Build: compiler, linker, clang for the bindings, FFmpeg and ALSA headers, which bring the libraries themselves: their
# names differ between releases (libasound2, libasound2t64). Run: Vulkan loader with a software driver, so that
# a machine without a graphics card draws too, and the X11 and Wayland libraries that the window loads when it opens.
setup_apt() {
    has=apt_has
    missing_of gcc libc6-dev pkg-config clang libclang-dev \
        libavcodec-dev libavformat-dev libavutil-dev libswresample-dev libswscale-dev libasound2-dev \
        libvulkan1 mesa-vulkan-drivers \
        libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon0 libxkbcommon-x11-0 libwayland-client0
    [ -n "$missing" ] || return 0
    say "installing with apt:$missing"
    # A broken third-party source must not stop us: what matters is whether the packages are found.
    as_root apt-get update -q || say "apt-get update had errors, going on"
    # shellcheck disable=SC2086 # a list of package names
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}

setup_dnf() {
    has=rpm_has
    ffmpeg="libavcodec-free-devel libavformat-free-devel libavutil-free-devel libswresample-free-devel libswscale-free-devel"
    # Other repositories ship FFmpeg under other names, and the two exclude each other.
    ! ffmpeg_headers_present || ffmpeg=""
    # shellcheck disable=SC2086 # a list of package names
    missing_of gcc pkgconf-pkg-config clang clang-devel alsa-lib-devel $ffmpeg \
        vulkan-loader mesa-vulkan-drivers \
        libX11 libX11-xcb libXcursor libXi libxkbcommon libxkbcommon-x11 libwayland-client
    [ -n "$missing" ] || return 0
    say "installing with dnf:$missing"
    # shellcheck disable=SC2086 # a list of package names
    as_root dnf install -y $missing
}

setup_pacman() {
    has=pacman_has
    missing_of gcc pkgconf clang ffmpeg alsa-lib vulkan-icd-loader vulkan-swrast \
        libx11 libxcursor libxi libxkbcommon libxkbcommon-x11 wayland
    [ -n "$missing" ] || return 0
    say "installing with pacman:$missing"
    # shellcheck disable=SC2086 # a list of package names
    as_root pacman -S --needed --noconfirm $missing
}

# Metal and the window system are part of macOS; clang comes with the command line tools.
setup_brew() {
    has=brew_has
    missing_of pkgconf ffmpeg
    [ -n "$missing" ] || return 0
    say "installing with brew:$missing"
    # shellcheck disable=SC2086 # a list of package names
    brew install $missing
}

check_rust
if have apt-get && have dpkg-query; then
    setup_apt
elif have dnf; then
    setup_dnf
elif have pacman; then
    setup_pacman
elif have brew; then
    setup_brew
else
    ffmpeg_headers_present || fail "none of apt, dnf, pacman, brew found. Install by hand: a C compiler, pkg-config," \
        "clang with libclang, the development files of FFmpeg and ALSA, and a Vulkan loader with a driver."
fi

ffmpeg_headers_present || fail "the FFmpeg development files are still not found by pkg-config." \
    "Look at the messages of the package manager above."
say "everything needed is installed"
