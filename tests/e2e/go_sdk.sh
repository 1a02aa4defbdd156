#!/usr/bin/env bash
# The AWS SDK for Go, unchanged, through the KMS front end: messages that grow, one after the other, none refused.
# Skipped (exit code 77) where Debian's golang-go and golang-github-aws-aws-sdk-go-v2-dev are not installed.
# usage: go_sdk.sh BIN_DIR
set -euo pipefail
source_dir=$(cd "$(dirname "$0")" && pwd)
if ! command -v go >/dev/null || ! [ -d /usr/share/gocode/src/github.com/aws/aws-sdk-go-v2/service/kms ]; then
  echo "SKIPPED: golang-go and golang-github-aws-aws-sdk-go-v2-dev are not installed"
  exit 77
fi
. "$source_dir/lib.sh"
start_script go-sdk "$1"
start_cluster
show "$bin/tercet" key create --config "$cluster/admin.yaml" --id growing

title "A connected store and a key"
write_store_file store.json
show "${kms[@]}" create-custom-key-store --cli-input-json file://store.json --query CustomKeyStoreId --output text
store=$answer
connect_store "$store"
show "${kms[@]}" create-key --origin EXTERNAL_KEY_STORE --custom-key-store-id "$store" --xks-key-id growing --query KeyMetadata.Arn --output text
key=$answer

title "Twenty messages of 1 to 3,801 bytes"
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$work/go-cache GOFLAGS=-buildvcs=false go build -o growing "$source_dir/go_sdk/growing.go"
./growing "$(json "$cluster/dev.json" '["kms"]["endpoint"]')" "$key"
