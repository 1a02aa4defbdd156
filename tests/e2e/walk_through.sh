#!/usr/bin/env bash
# What an AWS administrator does with an external key store, call by call, from creating it to the end of its keys:
# the KMS front end over a real cluster must answer the AWS CLI (v1 or v2) as AWS does. usage: walk_through.sh BIN_DIR
set -euo pipefail
. "$(dirname "$0")/lib.sh"
start_script walk-through "$1"
start_cluster
for id in payroll-2026 payroll-2027; do
  show "$bin/tercet" key create --config "$cluster/admin.yaml" --id "$id"
done

title "A store, not yet connected, from the file that the AWS console would take"
show "$bin/tercet" store console-file --cluster "$cluster/cluster.yaml" --secret-file "$cluster/keys/xks-secret" --out console.json
[ "$(stat -c %a console.json)" = 600 ] || die "the file is open to others"
write_store_file_from console.json store.json
show "${kms[@]}" create-custom-key-store --cli-input-json file://store.json --query CustomKeyStoreId --output text
store=$answer
new_key=("${kms[@]}" create-key --origin EXTERNAL_KEY_STORE --custom-key-store-id "$store" --query KeyMetadata.Arn --output text --xks-key-id)
refused CustomKeyStoreInvalidStateException "${new_key[@]}" payroll-2026
connect_store "$store"

title "KMS keys over external keys"
show "${new_key[@]}" payroll-2026 --description payroll --tags TagKey=team,TagValue=blue
key=$answer
show "${new_key[@]}" payroll-2027
key2=$answer
refused XksKeyAlreadyInUseException "${new_key[@]}" payroll-2026
refused XksKeyNotFoundException "${new_key[@]}" payroll-1999
show "${kms[@]}" create-alias --alias-name alias/payroll --target-key-id "$key"
show "${kms[@]}" describe-key --key-id alias/payroll --query 'KeyMetadata.[KeyState,Origin,XksKeyConfiguration.Id,Description]' --output text
answered $'Enabled\tEXTERNAL_KEY_STORE\tpayroll-2026\tpayroll'

title "Encrypt and decrypt"
printf 'threshold, not trust' >plain.txt
show "${kms[@]}" encrypt --key-id alias/payroll --plaintext fileb://plain.txt --encryption-context Purpose=demo --query CiphertextBlob --output text
base64 -d <<<"$answer" >blob.bin
decrypt=("${kms[@]}" decrypt --query Plaintext --output text --ciphertext-blob)
show "${decrypt[@]}" fileb://blob.bin --encryption-context Purpose=demo
answered "$(base64 -w0 <plain.txt)"
refused KMSInvalidStateException "${decrypt[@]}" fileb://blob.bin
refused KMSInvalidStateException "${decrypt[@]}" fileb://blob.bin --encryption-context Purpose=Demo

title "Data keys"
show "${kms[@]}" generate-data-key --key-id "$key" --key-spec AES_256 --encryption-context aws:s3:arn=arn:aws:s3:::bucket/object --query '[Plaintext,CiphertextBlob]' --output text
read -r data_key data_blob <<<"$answer"
base64 -d <<<"$data_blob" >data.bin
show "${decrypt[@]}" fileb://data.bin --encryption-context aws:s3:arn=arn:aws:s3:::bucket/object
answered "$data_key"
show "${kms[@]}" generate-data-key-without-plaintext --key-id "$key" --number-of-bytes 64 --encryption-context aws:ebs:id=vol-0cfb133e847d28be9 --query '[Plaintext,KeyId]' --output text
answered $'None\t'"$key"

title "Under the other key"
show "${kms[@]}" re-encrypt --ciphertext-blob fileb://blob.bin --source-encryption-context Purpose=demo --destination-key-id "$key2" --destination-encryption-context Purpose=moved --query '[SourceKeyId,KeyId,CiphertextBlob]' --output text
read -r from to moved <<<"$answer"
[ "$from $to" = "$key $key2" ] || die "re-encrypted from $from to $to"
base64 -d <<<"$moved" >moved.bin
show "${decrypt[@]}" fileb://moved.bin --encryption-context Purpose=moved
answered "$(base64 -w0 <plain.txt)"
refused IncorrectKeyException "${decrypt[@]}" fileb://blob.bin --key-id "$key2" --encryption-context Purpose=demo

title "Disable and enable a key"
show "${kms[@]}" disable-key --key-id "$key"
refused DisabledException "${kms[@]}" encrypt --key-id "$key" --plaintext fileb://plain.txt
show "${kms[@]}" enable-key --key-id "$key"

title "A wrong credential is refused, the old one stays"
(umask 077; printf '{"CustomKeyStoreId":"%s","XksProxyAuthenticationCredential":{"AccessKeyId":"%s","RawSecretAccessKey":"%s"}}' \
  "$store" "$access" "$(openssl rand -base64 32)" >wrong.json)
refused XksProxyIncorrectAuthenticationCredentialException "${kms[@]}" update-custom-key-store --cli-input-json file://wrong.json

title "Disconnect: every key of the store stops; connect: all is back"
show "${kms[@]}" disconnect-custom-key-store --custom-key-store-id "$store"
show "${kms[@]}" describe-key --key-id "$key" --query 'KeyMetadata.[KeyState,Enabled]' --output text
answered $'Unavailable\tFalse'
refused KMSInvalidStateException "${decrypt[@]}" fileb://blob.bin --encryption-context Purpose=demo
connect_store "$store"
show "${decrypt[@]}" fileb://blob.bin --encryption-context Purpose=demo
answered "$(base64 -w0 <plain.txt)"

title "End of life"
refused CustomKeyStoreInvalidStateException "${kms[@]}" delete-custom-key-store --custom-key-store-id "$store"
show "${kms[@]}" schedule-key-deletion --key-id "$key2" --pending-window-in-days 7 --query '[KeyId,KeyState,PendingWindowInDays]' --output text
answered "$key2"$'\tPendingDeletion\t7'
refused 'KMSInvalidStateException|DisabledException' "${decrypt[@]}" fileb://moved.bin --encryption-context Purpose=moved
show "${kms[@]}" cancel-key-deletion --key-id "$key2" --query KeyId --output text
show "${kms[@]}" describe-key --key-id "$key2" --query KeyMetadata.KeyState --output text
answered Disabled
show "${kms[@]}" disconnect-custom-key-store --custom-key-store-id "$store"
refused CustomKeyStoreHasCMKsException "${kms[@]}" delete-custom-key-store --custom-key-store-id "$store"
printf '\n%sAll of it as AWS answers.%s\n' "$bold" "$plain"
