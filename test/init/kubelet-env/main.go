// Reads files of environment variables as the kubelet does, for env-file.test.ts. Standard input is a JSON list of files, each
// with its text and its keys; standard output is a list for each file, with the value of each key, or null where the parser
// refuses the file.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	"k8s.io/kubernetes/pkg/kubelet/util/env"
)

type file struct {
	Text []byte
	Keys []string
}

func main() {
	var files []file
	if err := json.NewDecoder(os.Stdin).Decode(&files); err != nil {
		log.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "kees-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "env")
	values := make([][]*[]byte, len(files))
	for i, one := range files {
		if err := os.WriteFile(path, one.Text, 0o600); err != nil {
			log.Fatal(err)
		}
		values[i] = []*[]byte{}
		for _, key := range one.Keys {
			value, err := env.ParseEnv(path, key)
			if err != nil {
				values[i] = append(values[i], nil)
				continue
			}
			bytes := []byte(value)
			values[i] = append(values[i], &bytes)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(values); err != nil {
		log.Fatal(err)
	}
}
