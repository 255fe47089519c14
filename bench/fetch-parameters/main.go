// Does in Go what init does with 25 parameters: reads the names from the annotations file of the pod, fetches the values from
// Parameter Store, ten per call and all calls at once, and writes them to one file in one step. For bench/init.ts.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

const (
	prefix       = "secret.bsycorp.com/"
	namesPerCall = 10
)

func main() {
	if err := run(context.Background(), os.Getenv("ANNOTATIONS_FILE"), os.Getenv("SECRETS_FILE")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, annotations, secrets string) error {
	names, err := declared(annotations)
	if err != nil {
		return err
	}
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	lines, err := fetch(ctx, ssm.NewFromConfig(settings), names)
	if err != nil {
		return err
	}
	sort.Strings(lines)
	return write(secrets, strings.Join(lines, ""))
}

func declared(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	names := []string{}
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		key, _, _ := strings.Cut(scanner.Text(), "=")
		if name, ok := strings.CutPrefix(key, prefix); ok {
			names = append(names, "/"+name)
		}
	}
	return names, nil
}

func fetch(ctx context.Context, client *ssm.Client, names []string) ([]string, error) {
	var group sync.WaitGroup
	var lock sync.Mutex
	var lines []string
	var failed error
	for start := 0; start < len(names); start += namesPerCall {
		call := names[start:min(start+namesPerCall, len(names))]
		group.Add(1)
		go func() {
			defer group.Done()
			answer, err := client.GetParameters(ctx, &ssm.GetParametersInput{Names: call, WithDecryption: aws.Bool(true)})
			lock.Lock()
			defer lock.Unlock()
			if err == nil && len(answer.InvalidParameters) > 0 {
				err = fmt.Errorf("missing: %v", answer.InvalidParameters)
			}
			if err != nil {
				failed = err
				return
			}
			for _, parameter := range answer.Parameters {
				lines = append(lines, fmt.Sprintf("%s=%s\n", strings.TrimPrefix(*parameter.Name, "/"), *parameter.Value))
			}
		}()
	}
	group.Wait()
	return lines, failed
}

func write(path, content string) error {
	temporary := filepath.Join(filepath.Dir(path), ".new")
	if err := os.WriteFile(temporary, []byte(content), 0o444); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
