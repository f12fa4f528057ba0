package main

import "slices"

// A mutant is a bug put into the code on purpose: in file, old becomes new. by is
// the check that must catch it: "model", "model of the ring" or "model of handles" and a
// scenario of TestModel, TestModelRing or TestModelHandles, or a package and a test.
type mutant struct {
	name     string
	file     string
	old, new string
	by       [2]string
}

func model(scenario string) [2]string        { return [2]string{"model", scenario} }
func modelRing(scenario string) [2]string    { return [2]string{"model of the ring", scenario} }
func modelHandles(scenario string) [2]string { return [2]string{"model of handles", scenario} }
func test(pkg, name string) [2]string        { return [2]string{pkg, name} }

// ofSteps are bugs of the steps and rules that the library is built of: orders of atomics, wakes,
// tokens, claims, clearing, deadlines. The gate runs them.
var ofSteps = slices.Concat(
	ofRing, ofGrowth, ofWaiting, ofWatching, ofSole, ofBridge, ofAlarms, ofPort, ofSleeping, ofHandles,
)

// mutants are all of them, in the order of the table.
var mutants = slices.Concat(ofSteps, ofMethods, ofPackages, ofTime, ofModel)
