//go:build ignore

// Prints the modulus of a private and a public key in PEM, and whether one verifies what the other has signed, for
// key-forms.test.ts.
package main

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log"
	"os"
)

func main() {
	private, err := x509.ParsePKCS8PrivateKey(der(os.Args[1], "PRIVATE KEY"))
	if err != nil {
		log.Fatal(err)
	}
	public, err := x509.ParsePKIXPublicKey(der(os.Args[2], "PUBLIC KEY"))
	if err != nil {
		log.Fatal(err)
	}
	privateKey, publicKey := private.(*rsa.PrivateKey), public.(*rsa.PublicKey)
	fmt.Printf("%x\n%x\n", privateKey.N, publicKey.N)
	hash := sha256.Sum256(nil)
	signature, err := rsa.SignPKCS1v15(nil, privateKey, crypto.SHA256, hash[:])
	if err != nil {
		log.Fatal(err)
	}
	if err := rsa.VerifyPKCS1v15(publicKey, crypto.SHA256, hash[:], signature); err != nil {
		log.Fatal(err)
	}
	fmt.Println("verified")
}

func der(path, label string) []byte {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	block, rest := pem.Decode(text)
	if block == nil || block.Type != label || len(rest) != 0 {
		log.Fatalf("no PEM of a %s", label)
	}
	return block.Bytes
}
