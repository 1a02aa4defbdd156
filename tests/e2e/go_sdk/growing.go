// Twenty Encrypts of 1 to 3,801 bytes in a row with the SDK for Go as Debian has it, and the
// Decrypt of each. No retries: whatever is refused counts.
// usage: growing ENDPOINT KEY_ARN
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
)

func main() {
	ctx := context.Background()
	endpoint := aws.EndpointResolverWithOptionsFunc(
		func(service, region string, options ...interface{}) (aws.Endpoint, error) {
			return aws.Endpoint{URL: os.Args[1], SigningRegion: region}, nil
		})
	settings, err := config.LoadDefaultConfig(ctx,
		config.WithEndpointResolverWithOptions(endpoint),
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }))
	if err != nil {
		fmt.Println("configuration:", err)
		os.Exit(1)
	}
	client := kms.NewFromConfig(settings)
	done := 0
	for i := 0; i < 20; i++ {
		plaintext := bytes.Repeat([]byte{byte('a' + i)}, 1+200*i)
		began := time.Now()
		sealed, err := client.Encrypt(ctx, &kms.EncryptInput{KeyId: &os.Args[2], Plaintext: plaintext})
		took := time.Since(began)
		if err != nil {
			fmt.Printf("%d bytes: %v\n", len(plaintext), err)
			continue
		}
		opened, err := client.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: sealed.CiphertextBlob})
		if err != nil || !bytes.Equal(opened.Plaintext, plaintext) {
			fmt.Printf("%d bytes, decrypt: %v\n", len(plaintext), err)
			continue
		}
		fmt.Printf("%d bytes: encrypted in %d ms\n", len(plaintext), took.Milliseconds())
		done++
	}
	fmt.Printf("%d of 20\n", done)
	if done != 20 {
		os.Exit(1)
	}
}
