# Shared by the end-to-end scripts: sourced, never run. The script that sources it has set -euo pipefail.
#   start_script NAME BIN_DIR   makes $work (removed at the end), sets $bin, $cluster, and stops at exit what was started
#   start_cluster [OPTION...]   `tercet dev up`, then $xks, $path, $ca, $access, $secret, $region and $kms, the AWS CLI's call
# Then title, note, die, show, refused, connect_store.

bold='' plain=''
if [ -t 1 ]; then
  bold=$'\033[1m' plain=$'\033[0m'
fi

start_script() {
  script=$1
  bin=$(cd "$2" && pwd)
  work=$(mktemp -d "${TMPDIR:-/tmp}/tercet-$script.XXXXXX")
  cluster=$work/cluster
  answer=
  trap finish EXIT
  trap 'exit 130' INT TERM
}

finish() {
  status=$?
  trap - EXIT
  if [ "$status" -ne 0 ] && [ -d "$cluster" ]; then
    printf '\n%s%s failed.%s Logs of the processes:\n' "$bold" "$script" "$plain" >&2
    find "$cluster" -name '*.log' -exec sh -c 'echo "--- $1"; tail -n 15 "$1"' _ {} \; >&2 || true
  fi
  "$bin/tercet" dev down --dir "$cluster" >/dev/null 2>&1 || true
  rm -rf "$work"
  exit "$status"
}

title() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '   %s\n' "$*"; }
die() { printf '%s: %s\n' "$script" "$*" >&2; exit 1; }

# A command as a person would type it: without our temporary paths, and without the secret.
print_command() {
  local words
  words=$(printf '%q ' "$@")
  words=${words//"$bin/"/}
  words=${words//"$work"/.}
  printf '%s$ %s%s\n' "$bold" "$(sed 's|--endpoint-url [^ ]* ||; s|RawSecretAccessKey=[^ ]*|RawSecretAccessKey=...|' <<<"$words")" "$plain"
}

# Shows a command, runs it, shows its answer, which stays in $answer.
show() {
  print_command "$@"
  answer=$("$@") || die "this command failed"
  [ -z "$answer" ] || printf '%s\n' "$answer"
}

# Runs a command that must be refused with this exception (a name, or several as in a|b).
refused() {
  local exception=$1 output
  shift
  print_command "$@"
  if output=$("$@" 2>&1); then
    die "this was accepted, but $exception was expected: $output"
  fi
  grep -qE "\\(($exception)\\)" <<<"$output" || die "expected $exception, got: $output"
  note "refused: $(grep -oE "\\(($exception)\\)" <<<"$output" | head -n 1 | tr -d '()'), as it should be"
}

# $answer must be this text.
answered() { [ "$answer" = "$1" ] || die "expected \"$1\", got \"$answer\""; }

# json FILE PATH: one value, for example json dev.json '["kms"]["region"]'.
json() { python3 -c 'import json,sys; print(eval("d" + sys.argv[2], {"d": json.load(open(sys.argv[1]))}))' "$1" "$2"; }

# The AWS CLI, v1 or v2, sees nothing of the user's own settings and of any network but ours.
aws_environment() {
  export AWS_ACCESS_KEY_ID=alice AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=$region AWS_PAGER='' \
    AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=$work/aws.config AWS_SHARED_CREDENTIALS_FILE=/dev/null \
    NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost AWS_MAX_ATTEMPTS=1
  unset AWS_PROFILE AWS_SESSION_TOKEN
  printf '[default]\ncli_follow_urlparam = false\noutput = json\n' >"$work/aws.config"
}

start_cluster() {
  local dev=$cluster/dev.json
  show "$bin/tercet" dev up --dir "$cluster" "$@"
  xks=$(json "$dev" '["proxies"][0]["endpoint"]')
  path=$(json "$dev" '["proxies"][0]["uri_path"]')
  ca=$(json "$dev" '["proxies"][0]["ca_file"]')
  access=$(json "$dev" '["proxies"][0]["credential"]["AccessKeyId"]')
  secret=$(json "$dev" '["proxies"][0]["credential"]["RawSecretAccessKey"]')
  region=$(json "$dev" '["kms"]["region"]')
  kms=(aws kms --endpoint-url "$(json "$dev" '["kms"]["endpoint"]')")
  aws_environment
  cd "$work"
}

# What create-custom-key-store takes, as a file: no secret on a command line, and no URL that the CLI would fetch.
write_store_file() {
  (umask 077; cat >"$1" <<JSON
{"CustomKeyStoreName":"demo","CustomKeyStoreType":"EXTERNAL_KEY_STORE","XksProxyConnectivity":"PUBLIC_ENDPOINT",
 "XksProxyUriEndpoint":"$xks","XksProxyUriPath":"$path",
 "XksProxyAuthenticationCredential":{"AccessKeyId":"$access","RawSecretAccessKey":"$secret"}}
JSON
  )
}

# The same from what `tercet store console-file` wrote: path and credential are the file's.
write_store_file_from() {
  (umask 077; python3 -c 'import json,sys
store = {"CustomKeyStoreName": "demo", "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
         "XksProxyConnectivity": "PUBLIC_ENDPOINT", "XksProxyUriEndpoint": sys.argv[2]}
json.dump(store | json.load(open(sys.argv[1])), sys.stdout)' "$1" "$xks" >"$2")
}

# Connects a store and polls until it is connected: the CLI has no waiter for this.
connect_store() {
  local state
  show "${kms[@]}" connect-custom-key-store --custom-key-store-id "$1"
  for _ in $(seq 30); do
    state=$("${kms[@]}" describe-custom-key-stores --custom-key-store-id "$1" --query 'CustomKeyStores[0].ConnectionState' --output text)
    [ "$state" = CONNECTING ] || break
  done
  [ "$state" = CONNECTED ] || die "the key store is $state"
  note "the key store is $state"
}
