// Runs a command and prints what it took as JSON: measure-command INPUT OUTPUT COMMAND [ARGUMENT ...].
//
// The figures are those of wait4(2), for the command alone: it gives the peak memory after the end, which cannot be missed
// as by sampling. This is a small program because a child starts with the peak memory of whoever forked it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

type measurement struct {
	WallSeconds float64 `json:"wallSeconds"`
	CPUSeconds  float64 `json:"cpuSeconds"`
	PeakBytes   int64   `json:"peakBytes"`
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(input, output string, args []string) error {
	stdin, err := os.Open(input)
	if err != nil {
		return err
	}
	stdout, err := os.Create(output)
	if err != nil {
		return err
	}
	command := exec.Command(args[0], args[1:]...)
	command.Stdin, command.Stdout, command.Stderr = stdin, stdout, os.Stderr
	start := time.Now()
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	wall := time.Since(start)
	state := command.ProcessState
	peak := state.SysUsage().(*syscall.Rusage).Maxrss
	// Kilobytes, except on macOS.
	if runtime.GOOS != "darwin" {
		peak *= 1024
	}
	return json.NewEncoder(os.Stdout).Encode(measurement{
		WallSeconds: wall.Seconds(),
		CPUSeconds:  (state.UserTime() + state.SystemTime()).Seconds(),
		PeakBytes:   peak,
	})
}
