// The reference for the benchmark: a typical function in Go, on kyaml's framework. It does as little as a
// function can: it sets one annotation on every Deployment.
package main

import (
	"os"

	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/fn/framework/command"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func main() {
	setAnnotation := framework.ResourceListProcessorFunc(func(list *framework.ResourceList) error {
		for _, item := range list.Items {
			if item.GetKind() != "Deployment" {
				continue
			}
			if err := item.PipeE(yaml.SetAnnotation("example.com/seen", "true")); err != nil {
				return err
			}
		}
		return nil
	})
	if err := command.Build(setAnnotation, command.StandaloneDisabled, false).Execute(); err != nil {
		os.Exit(1)
	}
}
