#!/usr/bin/env bash
# The product doing its job, command by command: three nodes, a proxy, a KMS front end, the AWS CLI.
# usage: demo.sh BIN_DIR. Exit 0 only if everything worked; stops all it started.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
start_script demo "$1"

title "Start three nodes, a proxy and a local KMS front end"
start_cluster
show "$bin/tercet" status --config "$cluster/admin.yaml"

title "Make a key: jointly, no machine ever holds it"
show "$bin/tercet" key create --config "$cluster/admin.yaml" --id payroll-2026
show "$bin/tercet" key list --config "$cluster/admin.yaml"

title "Create and connect the external key store, as in AWS"
write_store_file store.json
show "${kms[@]}" create-custom-key-store --cli-input-json file://store.json --query CustomKeyStoreId --output text
store=$answer
connect_store "$store"

title "Create a KMS key over the external key"
show "${kms[@]}" create-key --origin EXTERNAL_KEY_STORE --custom-key-store-id "$store" --xks-key-id payroll-2026 --query KeyMetadata.Arn --output text
key=$answer

title "Encrypt and decrypt"
printf 'threshold, not trust' >plain.txt
show "${kms[@]}" encrypt --key-id "$key" --plaintext fileb://plain.txt --encryption-context Purpose=demo --query CiphertextBlob --output text
base64 -d <<<"$answer" >blob.bin
show "${kms[@]}" decrypt --ciphertext-blob fileb://blob.bin --encryption-context Purpose=demo --query Plaintext --output text
[ "$(base64 -d <<<"$answer")" = 'threshold, not trust' ] || die "another plaintext came back"
note "which is: $(base64 -d <<<"$answer")"
refused KMSInvalidStateException "${kms[@]}" decrypt --ciphertext-blob fileb://blob.bin --encryption-context Purpose=Demo

title "A data key, as S3 would ask for it"
show "${kms[@]}" generate-data-key --key-id "$key" --key-spec AES_256 --encryption-context aws:s3:arn=arn:aws:s3:::bucket/object
python3 -c 'import json,sys,base64; d=json.loads(sys.argv[1]); open("data.bin","wb").write(base64.b64decode(d["CiphertextBlob"])); open("data.key","w").write(d["Plaintext"])' "$answer"
unwrapped=$("${kms[@]}" decrypt --ciphertext-blob fileb://data.bin --encryption-context aws:s3:arn=arn:aws:s3:::bucket/object --query Plaintext --output text)
[ "$unwrapped" = "$(cat data.key)" ] || die "the data key did not come back"
note "decrypting its blob gives the same data key"

title "Bring your own key, and compare with plain OpenSSL"
(umask 077; openssl rand -out own.key 32)
show "$bin/tercet" key import --config "$cluster/admin.yaml" --id own-2026 --key-file own.key --foreign-ciphertexts
metadata='{"awsPrincipalArn":"arn:aws:iam::111122223333:user/alice","kmsKeyArn":"arn:aws:kms:us-east-1:111122223333:key/demo","kmsOperation":"Encrypt","kmsRequestId":"demo"}'
xks_call() {  # operation body; straight to the proxy, signed as KMS signs
  curl --silent --show-error --fail-with-body --max-time 10 --cacert "$ca" --aws-sigv4 "aws:amz:$region:kms-xks-proxy" \
    --config <(printf 'user = "%s:%s"\n' "$access" "$secret") -H 'Content-Type: application/json' --data "$2" "$xks$path/keys/own-2026/$1"
}
member() { python3 -c 'import json,sys,base64; sys.stdout.buffer.write(base64.b64decode(json.loads(sys.argv[1])[sys.argv[2]]))' "$1" "$2"; }
aad='demo aad'
aad_hex=$(printf '%s' "$aad" | od -An -tx1 | tr -d ' \n')
body='{"requestMetadata":'$metadata',"plaintext":"'$(base64 -w0 <plain.txt)'","additionalAuthenticatedData":"'$(printf '%s' "$aad" | base64 -w0)'","encryptionAlgorithm":"AES_GCM"}'
response=$(xks_call encrypt "$body") || die "encrypt under the imported key: $response"
note "the cluster answers: $response"
iv_hex=$(member "$response" initializationVector | od -An -tx1 | tr -d ' \n')
{ member "$response" ciphertext; member "$response" authenticationTag; } >cluster.bin
opened=$("$bin/openssl-gcm" decrypt own.key "$iv_hex" "$aad_hex" <cluster.bin) || die "OpenSSL refuses the cluster's ciphertext"
[ "$opened" = 'threshold, not trust' ] || die "OpenSSL opened something else"
note "plain OpenSSL opens it with the imported key: $opened"
iv_hex=$(openssl rand -hex 12)
"$bin/openssl-gcm" encrypt own.key "$iv_hex" "$aad_hex" <plain.txt >foreign.bin
size=$(($(wc -c <foreign.bin) - 16))
body='{"requestMetadata":'${metadata/Encrypt/Decrypt}',"ciphertext":"'$(head -c "$size" foreign.bin | base64 -w0)'","authenticationTag":"'$(tail -c 16 foreign.bin | base64 -w0)'","initializationVector":"'$(printf '%b' "$(sed 's/../\\x&/g' <<<"$iv_hex")" | base64 -w0)'","additionalAuthenticatedData":"'$(printf '%s' "$aad" | base64 -w0)'","encryptionAlgorithm":"AES_GCM"}'
response=$(xks_call decrypt "$body") || die "decrypt of OpenSSL's ciphertext: $response"
[ "$(member "$response" plaintext)" = 'threshold, not trust' ] || die "the cluster opened something else"
note "the cluster opens what OpenSSL sealed: $(member "$response" plaintext)"

title "What is on the disks is only shares"
show "$bin/share-probe" "$cluster" own-2026 own.key

title "Disable the key at the nodes: the kill switch"
show "$bin/tercet" key disable --config "$cluster/admin.yaml" --id payroll-2026
refused KMSInvalidStateException "${kms[@]}" decrypt --ciphertext-blob fileb://blob.bin --encryption-context Purpose=demo
show "$bin/tercet" key enable --config "$cluster/admin.yaml" --id payroll-2026
[ "$("${kms[@]}" decrypt --ciphertext-blob fileb://blob.bin --encryption-context Purpose=demo --query Plaintext --output text | base64 -d)" = 'threshold, not trust' ] || die "the enabled key does not decrypt"
note "enabled again, it decrypts"

title "Stop everything"
show "$bin/tercet" dev down --dir "$cluster"
printf '\n%sAll of it worked.%s\n' "$bold" "$plain"
