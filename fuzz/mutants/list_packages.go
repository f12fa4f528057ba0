package main

import "slices"

// Bugs that break what README and the packages ring and waiter promise.
var ofPackages = slices.Concat(ofRings, ofChains, ofOutcomes, ofPolicy, ofThreads, ofPorts)
