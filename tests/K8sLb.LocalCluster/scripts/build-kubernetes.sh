#!/bin/bash
# build-kubernetes.sh STEP WORK [OUT COMPONENT] - one step of building Kubernetes 1.20.2 from Debian's source package
#   source                    downloads and unpacks the source package into WORK
#   definitions               generates the one file that the package lacks
#   component OUT COMPONENT   builds kube-apiserver, kubelet, ... into OUT
# Every step can be interrupted at any time and done again: what is there under its final name is whole.
set -euo pipefail
step=$1 work=$2
version=v1.20.2 commit=faecb196815e248d3ecfb03c680a4507229c2a56 date=2021-01-13T13:20:00Z

# Before Go modules were what this version builds with: everything it needs is vendored.
export GOPATH=$work/gopath GO111MODULE=off GOFLAGS='' GOTOOLCHAIN=local CGO_ENABLED=0 GOCACHE=$work/gocache
export GOGC=${GOGC:-400} # much memory is let go unused otherwise; it saves a fifth of the time
source_folder=$GOPATH/src/k8s.io/kubernetes
# The version that Debian packages together with this source, where the machine has several.
go=/usr/lib/go-1.19/bin/go
[ -x "$go" ] || go=go

# apt with lists and sources of its own, made from this machine's, which stay as they are: they seldom have source packages.
private_apt() {
  local own=$work/apt from
  rm -rf "$own/sources"
  mkdir -p "$own/sources" "$own/lists/partial" "$own/cache/archives/partial"
  for from in /etc/apt/sources.list.d/*.sources; do
    [ -f "$from" ] || continue
    sed -E 's/^Types:.*/Types: deb deb-src/' "$from" >"$own/sources/$(basename "$from")"
  done
  for from in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$from" ] || continue
    sed -nE 's/^[[:space:]]*deb[[:space:]]+(.*)$/deb \1\ndeb-src \1/p' "$from" >"$own/sources/one-line-$(basename "$from" .list).list"
  done
  apt=(apt-get -q -o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$own/sources"
    -o "Dir::State::Lists=$own/lists" -o "Dir::Cache=$own/cache" -o APT::Sandbox::User=root)
}

fetch_source() {
  [ -f "$source_folder/go.mod" ] && return
  local download=$work/download
  rm -rf "$download" "$source_folder.part"
  mkdir -p "$download" "$source_folder.part"
  private_apt
  "${apt[@]}" update
  cd "$download"
  "${apt[@]}" source --download-only kubernetes || missing_source
  local tarballs=(kubernetes_1.20.*.orig.tar.gz)
  [ -f "${tarballs[0]}" ] || missing_source
  tar xzf "${tarballs[0]}" --strip-components=1 -C "$source_folder.part"
  # reflect2 1.0.1, as vendored, crashes when built with Go 1.18 or later (SIGSEGV in mapiterinit on the first custom
  # resource): Debian's 1.0.2 takes its place.
  "${apt[@]}" download golang-github-modern-go-reflect2-dev
  dpkg -x golang-github-modern-go-reflect2-dev_*.deb reflect2
  local vendored=$source_folder.part/vendor/github.com/modern-go/reflect2
  find "$vendored" \( -name '*.go' -o -name '*.s' \) -delete
  cp reflect2/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} "$vendored/"
  mv "$source_folder.part" "$source_folder"
  cd "$work"
  rm -rf "$download" "$work/apt"
}

missing_source() {
  echo "this machine's package sources have no source package kubernetes 1.20 (Debian 12, bookworm, has it)." \
    "Set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver, kube-controller-manager, kubectl and, for a node," \
    "kube-scheduler, kubelet and kube-proxy of one version" >&2
  exit 1
}

generate_definitions() {
  local target=pkg/generated/openapi/zz_generated.openapi.go
  cd "$source_folder"
  [ -f "$target" ] && return
  "$go" build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
  local inputs
  inputs=$({
    grep -rl --include='*.go' '+k8s:openapi-gen=' cmd pkg plugin
    for module in vendor/k8s.io/*/; do
      grep -rl --include='*.go' --exclude-dir=vendor '+k8s:openapi-gen=' "$module" || true
    done
  } | grep -vE '^vendor/k8s.io/(code-generator|sample-apiserver|gengo|kube-openapi)/|/testdata' |
    xargs -n1 dirname | sed 's#//#/#g' | LC_ALL=C sort -u | sed 's#^#k8s.io/kubernetes/#' | paste -sd,)
  # Made elsewhere and moved, since the generator writes in place.
  "$work/openapi-gen" --logtostderr -i "$inputs" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
    -h hack/boilerplate/boilerplate.generatego.txt -r "$work/violations" -o "$work/generated"
  mv "$work/generated/k8s.io/kubernetes/$target" "$target"
}

build_component() {
  local out=$1 name=$2 flags='-s -w' package
  for package in k8s.io/kubernetes/vendor/k8s.io/component-base/version k8s.io/kubernetes/vendor/k8s.io/client-go/pkg/version; do
    flags+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=20"
    flags+=" -X $package.gitTreeState=clean -X $package.gitCommit=$commit -X $package.buildDate=$date"
  done
  mkdir -p "$out" "$work/built"
  cd "$source_folder"
  "$go" build -trimpath -ldflags "$flags" -o "$work/built/$name" "k8s.io/kubernetes/cmd/$name"
  case $name in
    kubectl) "$work/built/$name" version --client >/dev/null ;;
    *) "$work/built/$name" --version >/dev/null ;;
  esac
  mv "$work/built/$name" "$out/$name"
}

case $step in
  source) fetch_source ;;
  definitions) generate_definitions ;;
  component) build_component "$3" "$4" ;;
  *) echo "build-kubernetes.sh: no step '$step'" >&2; exit 2 ;;
esac
