package main

import "github.com/weir-warehouse/weir/policy"

// The exit codes. They are part of the interface: scripts may rely on them.
const (
	exitDone    = 0 // done
	exitFailed  = 1 // something broke
	exitUsage   = 2 // the command line or the configuration is wrong
	exitDenied  = 3 // policy forbids it
	exitRefused = 4 // input data was refused or needs a decision
)

// exitCode says with which code the process ends after err.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	switch policy.CodeOf(err) {
	case policy.Usage:
		return exitUsage
	case policy.Denied:
		return exitDenied
	case policy.DataRefused:
		return exitRefused
	case policy.Failed, policy.NotFound, policy.Busy, policy.Canceled:
		return exitFailed
	}
	return exitFailed
}
