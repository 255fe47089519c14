// Runs a command and prints its cost as JSON: measure-command INPUT OUTPUT COMMAND [ARGUMENT ...].
//
// The figures come from wait4(2) and are for the command alone. wait4 reports the peak memory after the end, which sampling
// could miss. This program is small because a child process starts with the peak memory of its parent.
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
	// In kilobytes, except on macOS.
	if runtime.GOOS != "darwin" {
		peak *= 1024
	}
	return json.NewEncoder(os.Stdout).Encode(measurement{
		WallSeconds: wall.Seconds(),
		CPUSeconds:  (state.UserTime() + state.SystemTime()).Seconds(),
		PeakBytes:   peak,
	})
}
