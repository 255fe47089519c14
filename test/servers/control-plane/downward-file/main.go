// Reads a pod in JSON and prints what the kubelet shows of a field, such as metadata.annotations, in a volume of the
// downward API: by the very library that the kubelet does it with.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	v1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/fieldpath"
)

func main() {
	pod := v1.Pod{}
	err := json.NewDecoder(os.Stdin).Decode(&pod)
	text := ""
	if err == nil {
		text, err = fieldpath.ExtractFieldPathAsString(&pod, os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(text)
}
