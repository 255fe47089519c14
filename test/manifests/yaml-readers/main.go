// Reads texts as kubectl and as kustomize read a manifest, for the test that holds the reader of kees to them.
//
// Standard input is a JSON list of texts. Standard output is a JSON list with one element for each text:
//
//	{"kubectl": [object, ...], "kustomize": [object, ...]}
//
// A text that a reader refuses is null there.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	yamlutil "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

type reading struct {
	Kubectl   []json.RawMessage `json:"kubectl"`
	Kustomize []json.RawMessage `json:"kustomize"`
}

func main() {
	var texts []string
	if err := json.NewDecoder(bufio.NewReader(os.Stdin)).Decode(&texts); err != nil {
		panic(err)
	}
	readings := make([]reading, len(texts))
	for i, text := range texts {
		readings[i] = reading{Kubectl: kubectl(text), Kustomize: kustomize(text)}
	}
	out := bufio.NewWriter(os.Stdout)
	if err := json.NewEncoder(out).Encode(readings); err != nil {
		panic(err)
	}
	if err := out.Flush(); err != nil {
		panic(err)
	}
}

// The decoder of kubectl's resource builder, with its buffer.
func kubectl(text string) (objects []json.RawMessage) {
	defer func() {
		if recover() != nil {
			objects = nil
		}
	}()
	objects = []json.RawMessage{}
	decoder := yamlutil.NewYAMLOrJSONDecoder(bytes.NewReader([]byte(text)), 4096)
	for {
		var object json.RawMessage
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			return nil
		}
		object = bytes.TrimSpace(object)
		if len(object) == 0 || bytes.Equal(object, []byte("null")) {
			continue
		}
		objects = append(objects, object)
	}
}

// Kustomize replaces aliases and merge keys when it reads a file.
func kustomize(text string) (objects []json.RawMessage) {
	defer func() {
		if recover() != nil {
			objects = nil
		}
	}()
	if hasCycle(text) {
		return nil
	}
	nodes, err := (&kio.ByteReader{
		Reader:                bytes.NewReader([]byte(text)),
		OmitReaderAnnotations: true,
		DisableUnwrapping:     true,
		AnchorsAweigh:         true,
	}).Read()
	if err != nil {
		return nil
	}
	objects = []json.RawMessage{}
	for _, node := range nodes {
		object, err := node.MarshalJSON()
		if err != nil {
			return nil
		}
		objects = append(objects, bytes.TrimSpace(object))
	}
	return objects
}

// On a node that contains an alias of itself, kustomize ends with a stack overflow, from which no program recovers.
func hasCycle(text string) bool {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var document yaml.Node
		if decoder.Decode(&document) != nil {
			return false
		}
		if containsItself(&document, map[*yaml.Node]bool{}) {
			return true
		}
	}
}

// The map has the nodes that were visited, with whether they are above this one.
func containsItself(node *yaml.Node, visited map[*yaml.Node]bool) bool {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if above, known := visited[node]; known {
		return above
	}
	visited[node] = true
	for _, one := range node.Content {
		if containsItself(one, visited) {
			return true
		}
	}
	visited[node] = false
	return false
}
