package main

// Bugs that break what README and the packages ring and waiter promise.
var ofPackages = []mutant{}
